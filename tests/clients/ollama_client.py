"""ollama_client.py URL: what users of Ollama's Python client do with models, on those of the test data."""
import asyncio
import json
import sys
import time

import ollama

import checks
from checks import SKY_ANSWER, Profile, run

client = ollama.Client(host=sys.argv[1])
COMMON = {"model": "parrot", "options": {"temperature": 0}}
SKY, TRAIN, CALL, PROFILE = map(checks.says, (checks.SKY, checks.TRAIN, checks.CALL, checks.PROFILE))


def get_weather(location: str) -> str:
    """
    Get the current weather for a location

    Args:
        location: The city name
    """
    return json.dumps({"condition": "sunny", "location": location})


def raised(action):
    try:
        action()
    except ollama.ResponseError as error:
        return error
    raise AssertionError("no error")


def chat():
    answer = client.chat(messages=SKY, **COMMON)
    assert answer.message.content == SKY_ANSWER and answer["message"]["role"] == "assistant", answer
    assert (answer.done, answer.done_reason, answer.model) == (True, "stop", "parrot"), answer
    assert answer.eval_count > 20 and answer.prompt_eval_count > 5 and answer.total_duration > 0, answer


def chat_stream():
    chunks = list(client.chat(messages=SKY, stream=True, **COMMON))
    assert "".join(chunk.message.content for chunk in chunks) == SKY_ANSWER
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    for _ in client.chat(messages=SKY, stream=True, **COMMON):
        break
    assert client.chat(messages=SKY, **COMMON).message.content == SKY_ANSWER


def thinking():
    answer = client.chat(messages=TRAIN, think=True, **COMMON)
    assert answer.message.content == "It goes **180 km**." and "60 * 3 = 180" in answer.message.thinking, answer
    thought, text = "", ""
    for chunk in client.chat(messages=TRAIN, think=True, stream=True, **COMMON):
        thought += chunk.message.thinking or ""
        assert not (chunk.message.thinking and text), chunk
        text += chunk.message.content or ""
    assert (thought, text) == (answer.message.thinking, answer.message.content), (thought, text)
    silent = client.chat(messages=TRAIN, think=False, **COMMON)
    assert not silent.message.thinking, silent


def tools():
    answer = client.chat(messages=CALL, tools=[get_weather], **COMMON)
    [call] = answer.message.tool_calls
    assert (call.function.name, call.function.arguments) == ("get_weather", {"location": "San Francisco"}), answer
    told = get_weather(**call.function.arguments)
    messages = [*CALL, answer.message, {"role": "tool", "content": told, "tool_name": call.function.name}]
    assert client.chat(messages=messages, tools=[get_weather], **COMMON).message.content
    calls = [call for chunk in client.chat(messages=CALL, tools=[get_weather], stream=True, **COMMON)
             for call in chunk.message.tool_calls or []]
    assert [call.function.arguments for call in calls] == [{"location": "San Francisco"}], calls


def json_schema():
    answer = client.chat(messages=PROFILE, format=Profile.model_json_schema(), **COMMON)
    assert Profile.model_validate_json(answer.message.content).name == "Ada", answer
    assert json.loads(client.chat(messages=PROFILE, format="json", **COMMON).message.content)["age"] == 36


def generate():
    answer = client.generate(prompt=SKY[0]["content"], **COMMON)
    assert answer.response == SKY_ANSWER and answer["done_reason"] == "stop" and answer.context, answer
    stream = client.generate(prompt=SKY[0]["content"], stream=True, **COMMON)
    assert "".join(chunk.response for chunk in stream) == SKY_ANSWER
    scored = client.generate(prompt=SKY[0]["content"], logprobs=True, top_logprobs=2, **COMMON)
    assert "".join(each.token for each in scored.logprobs) == SKY_ANSWER, scored.logprobs
    assert all(len(each.top_logprobs) == 2 and each.logprob <= 0 for each in scored.logprobs)
    raw = client.generate(model="parrot", prompt="<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\n",
                          raw=True, options={"temperature": 0, "num_predict": 3})
    assert raw.done_reason == "length" and raw.eval_count == 3, raw


def embeddings():
    answer = client.embed(model="all-minilm", input=["hello", "world"])
    assert [len(each) for each in answer.embeddings] == [384, 384], answer
    one = client.embed(model="all-minilm", input="hello")
    assert max(abs(a - b) for a, b in zip(one.embeddings[0], answer.embeddings[0])) < 1e-5
    assert len(client.embed(model="all-minilm", input="hello", dimensions=8).embeddings[0]) == 8
    assert len(client.embeddings(model="all-minilm", prompt="hello").embedding) == 384


def life_cycle():
    assert client.generate(model="parrot", keep_alive="5m").done_reason == "load"
    running = {each.model: each for each in client.ps().models}
    assert running["parrot:latest"].size > 0 and running["parrot:latest"].context_length > 0, running
    assert client.generate(model="parrot", keep_alive=0).done_reason == "unload"
    until = time.monotonic() + 10  # a runner takes a moment to end
    while "parrot:latest" in [each.model for each in client.ps().models]:
        assert time.monotonic() < until, client.ps()
        time.sleep(0.05)
    assert "tools" in client.show("parrot").capabilities and client.show("all-minilm").capabilities == ["embedding"]


def errors():
    missing = raised(lambda: client.chat(model="nosuch", messages=SKY))
    assert (missing.status_code, missing.error) == (404, "model 'nosuch' not found"), missing
    assert raised(lambda: list(client.generate(model="nosuch", prompt="x", stream=True))).status_code == 404
    wrong = raised(lambda: client.chat(model="all-minilm", messages=SKY))
    assert wrong.status_code == 400 and "does not support chat" in wrong.error, wrong
    assert raised(lambda: client.chat(model="all-minilm", messages=SKY, tools=[get_weather])).status_code == 400


def at_once():
    async def ask():
        several = ollama.AsyncClient(host=sys.argv[1])
        text = ""
        async for chunk in await several.chat(messages=SKY, stream=True, **COMMON):
            text += chunk.message.content
        answers = await asyncio.gather(*(several.chat(messages=SKY, **COMMON) for _ in range(4)))
        return [text, *(answer.message.content for answer in answers)]
    assert asyncio.run(ask()) == [SKY_ANSWER] * 5


run(chat, chat_stream, thinking, tools, json_schema, generate, embeddings, life_cycle, errors, at_once)
