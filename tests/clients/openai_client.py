"""openai_client.py URL: what users of OpenAI's Python client do, on the models of the test data."""
import asyncio
import json
import sys

import openai

import checks
from checks import SKY_ANSWER, Profile, run

URL = sys.argv[1] + "/v1"
client = openai.OpenAI(base_url=URL, api_key="any", max_retries=0)
PARAMETERS = {"type": "object", "required": ["location"],
              "properties": {"location": {"type": "string", "description": "The city name"}}}
WEATHER = {"name": "get_weather", "description": "Get the current weather for a location", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": WEATHER}]
COMMON = {"model": "parrot", "temperature": 0}
SKY, TRAIN, CALL, PROFILE = map(checks.says, (checks.SKY, checks.TRAIN, checks.CALL, checks.PROFILE))


def chat():
    answer = client.chat.completions.create(messages=SKY, **COMMON)
    assert answer.choices[0].message.content == SKY_ANSWER, answer
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    short = client.chat.completions.create(messages=SKY, max_completion_tokens=2, **COMMON)
    assert (short.choices[0].finish_reason, short.usage.completion_tokens) == ("length", 2), short
    stopped = client.chat.completions.create(messages=SKY, stop=["Rayleigh"], **COMMON)
    assert stopped.choices[0].message.content == "The sky looks blue because of ", stopped
    parts = [{"role": "user", "content": [{"type": "text", "text": SKY[0]["content"]}]}]
    several = client.chat.completions.create(messages=parts, n=2, **COMMON)
    assert [choice.message.content for choice in several.choices] == [SKY_ANSWER] * 2


def chat_stream():
    text, usage = "", None
    for chunk in client.chat.completions.create(messages=SKY, stream=True, stream_options={"include_usage": True}, **COMMON):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
    assert text == SKY_ANSWER and usage.completion_tokens > 10, (text, usage)
    with client.chat.completions.create(messages=SKY, stream=True, **COMMON) as left_early:
        next(iter(left_early))
    final = client.chat.completions.create(messages=SKY, **COMMON)
    assert final.choices[0].message.content == SKY_ANSWER


def thinking():
    answer = client.chat.completions.create(messages=TRAIN, reasoning_effort="high", **COMMON)
    message = answer.choices[0].message
    assert message.content == "It goes **180 km**." and "60 * 3 = 180" in message.reasoning, message
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0, answer.usage
    silent = client.chat.completions.create(messages=TRAIN, reasoning_effort="none", **COMMON)
    assert not hasattr(silent.choices[0].message, "reasoning"), silent


def logprobs():
    answer = client.chat.completions.create(messages=SKY, logprobs=True, top_logprobs=3, max_tokens=2, **COMMON)
    content = answer.choices[0].logprobs.content
    assert "".join(token.token for token in content) == "The sky", content
    assert len(content[0].top_logprobs) == 3 and content[0].logprob <= 0
    banned = {str(i): -100 for i in (341,)}  # "The"
    other = client.chat.completions.create(messages=SKY, logit_bias=banned, max_tokens=1, **COMMON)
    assert other.choices[0].message.content != "The", other


def tools():
    answer = client.chat.completions.create(messages=CALL, tools=TOOLS, **COMMON)
    [call] = answer.choices[0].message.tool_calls
    assert answer.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"location": "San Francisco"})
    messages = CALL + [answer.choices[0].message,
                       {"role": "tool", "tool_call_id": call.id, "content": '{"condition":"sunny"}'}]
    assert client.chat.completions.create(messages=messages, tools=TOOLS, **COMMON).choices[0].message.content
    with client.chat.completions.stream(messages=CALL, tools=TOOLS, **COMMON) as stream:
        kinds = [event.type for event in stream]
        [streamed] = stream.get_final_completion().choices[0].message.tool_calls
    assert json.loads(streamed.function.arguments) == {"location": "San Francisco"}, streamed
    assert "tool_calls.function.arguments.done" in kinds, kinds
    none = client.chat.completions.create(messages=CALL, tools=TOOLS, tool_choice="none", **COMMON)
    assert not none.choices[0].message.tool_calls, none


def json_schema():
    parsed = client.chat.completions.parse(messages=PROFILE, response_format=Profile, **COMMON)
    assert parsed.choices[0].message.parsed.name == "Ada", parsed
    plain = client.chat.completions.create(messages=PROFILE, response_format={"type": "json_object"}, **COMMON)
    assert json.loads(plain.choices[0].message.content)["age"] == 36


def completions():
    answer = client.completions.create(prompt=["why is the sky blue?", "Say hello in one word"], **COMMON)
    assert [choice.text for choice in answer.choices] == [SKY_ANSWER, "Hello"], answer
    chunks = client.completions.create(prompt="Say hello in one word", stream=True, **COMMON)
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == "Hello"


def responses():
    answer = client.responses.create(input="why is the sky blue?", **COMMON)
    assert answer.output_text == SKY_ANSWER and answer.status == "completed", answer
    short = client.responses.create(input="why is the sky blue?", max_output_tokens=2, **COMMON)
    assert short.status == "incomplete" and short.incomplete_details.reason == "max_output_tokens", short
    with client.responses.stream(input=TRAIN, reasoning={"effort": "high"}, **COMMON) as stream:
        numbers = [event.sequence_number for event in stream]
        final = stream.get_final_response()
    assert numbers == list(range(len(numbers))), numbers
    assert [item.type for item in final.output] == ["reasoning", "message"], final
    assert final.output_text == "It goes **180 km**."
    tool = {"type": "function", "strict": False, **WEATHER}
    with client.responses.stream(input=CALL, tools=[tool], **COMMON) as stream:
        stream.until_done()
        [call] = stream.get_final_response().output
    assert (call.type, json.loads(call.arguments)) == ("function_call", {"location": "San Francisco"})
    turns = CALL + [call, {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}]
    assert client.responses.create(input=turns, tools=[tool], **COMMON).output_text
    parsed = client.responses.parse(input=PROFILE, text_format=Profile, **COMMON)
    assert parsed.output_parsed.hobbies == ["chess", "music"], parsed


def embeddings():
    decoded = client.embeddings.create(model="all-minilm", input=["hello", "world"])
    plain = client.embeddings.create(model="all-minilm", input="hello", encoding_format="float")
    assert len(decoded.data) == 2 and len(decoded.data[0].embedding) == 384
    assert max(abs(a - b) for a, b in zip(decoded.data[0].embedding, plain.data[0].embedding)) < 1e-5
    short = client.embeddings.create(model="all-minilm", input="hello", dimensions=8)
    assert len(short.data[0].embedding) == 8 and short.usage.prompt_tokens == 3, short


def errors():
    for stream in (False, True):
        try:
            client.chat.completions.create(model="nosuch", messages=SKY, stream=stream)
            raise AssertionError("a missing model is an error")
        except openai.NotFoundError as error:
            assert error.body["type"] == "not_found_error" and "nosuch" in error.body["message"], error.body
    try:
        client.chat.completions.create(model="parrot", messages=[])
        raise AssertionError("no messages are an error")
    except openai.BadRequestError as error:
        assert error.status_code == 400


def models():
    assert sorted(model.id for model in client.models.list()) == ["all-minilm:latest", "parrot:latest"]
    assert client.models.retrieve("parrot").id == "parrot"


def at_once():
    async def ask():
        async with openai.AsyncOpenAI(base_url=URL, api_key="any") as several:
            return await asyncio.gather(*(several.chat.completions.create(messages=SKY, **COMMON) for _ in range(4)))
    assert [answer.choices[0].message.content for answer in asyncio.run(ask())] == [SKY_ANSWER] * 4


run(chat, chat_stream, thinking, logprobs, tools, json_schema, completions, responses, embeddings, errors, models,
    at_once)
