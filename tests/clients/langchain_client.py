"""langchain_client.py URL: LangChain's chat models and embeddings of Ollama and OpenAI, as their pages show them."""
import asyncio
import json
import sys
from typing import Annotated

import ollama
import openai
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_ollama import ChatOllama, OllamaEmbeddings, OllamaLLM
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

from checks import CALL, PROFILE, SKY, SKY_ANSWER, TRAIN, Profile, run

URL = sys.argv[1]


@tool
def get_weather(location: Annotated[str, "The city name"]) -> str:
    """Get the current weather for a location"""
    return json.dumps({"condition": "sunny"})


def chat_ollama(**more):
    return ChatOllama(**{"model": "parrot", "base_url": URL, "temperature": 0, **more})


def chat_openai(**more):
    return ChatOpenAI(**{"model": "parrot", "base_url": URL + "/v1", "api_key": "any", "temperature": 0, "max_retries": 0,
                         **more})


def common(model):
    """What LangChain promises of every chat model."""
    answer = model.invoke(SKY)
    assert isinstance(answer, AIMessage) and answer.content == SKY_ANSWER, answer
    used = answer.usage_metadata
    assert used["input_tokens"] > 5 and used["total_tokens"] == used["input_tokens"] + used["output_tokens"], used
    told = model.invoke([SystemMessage("Be concise."), HumanMessage("What is the capital of France?")])
    assert "Paris" in told.text, told
    whole = None
    for chunk in model.stream(SKY):
        whole = chunk if whole is None else whole + chunk
    assert whole.text == SKY_ANSWER and whole.usage_metadata["output_tokens"] == used["output_tokens"], whole
    assert [each.content for each in model.batch([SKY, SKY])] == [SKY_ANSWER] * 2
    chain = ChatPromptTemplate.from_messages([("human", "why is the {thing} blue?")]) | model | StrOutputParser()
    assert chain.invoke({"thing": "sky"}) == SKY_ANSWER

    async def at_once():
        streamed = "".join([chunk.text async for chunk in model.astream(SKY)])
        return [streamed, *[(await asked).content for asked in [model.ainvoke(SKY), model.ainvoke(SKY)]]]
    assert asyncio.run(at_once()) == [SKY_ANSWER] * 3


def tools(model):
    bound = model.bind_tools([get_weather])
    answer = bound.invoke(CALL)
    [call] = answer.tool_calls
    assert (call["name"], call["args"]) == ("get_weather", {"location": "San Francisco"}), answer
    told = get_weather.invoke(call)
    assert isinstance(told, ToolMessage) and told.tool_call_id == call["id"]
    assert bound.invoke([HumanMessage(CALL), answer, told]).text
    whole = None
    for chunk in bound.stream(CALL):
        whole = chunk if whole is None else whole + chunk
    assert [each["args"] for each in whole.tool_calls] == [{"location": "San Francisco"}], whole


def structured(model, methods):
    for method in methods:
        profile = model.with_structured_output(Profile, method=method).invoke(PROFILE)
        assert profile.name == "Ada" and profile.age == 36, (method, profile)
    both = model.with_structured_output(Profile, method=methods[0], include_raw=True).invoke(PROFILE)
    assert both["parsed"].name == "Ada" and both["parsing_error"] is None, both


def raises(kind, action):
    try:
        action()
    except kind as error:
        return error
    raise AssertionError("no error")


def ollama_common():
    common(chat_ollama())


def ollama_metadata():
    metadata = chat_ollama().invoke(SKY).response_metadata
    assert metadata["done_reason"] == "stop" and metadata["model"] == "parrot" and metadata["eval_count"] > 20, metadata
    short = chat_ollama(num_predict=2, stop=["nothing"]).invoke(SKY)
    assert short.response_metadata["done_reason"] == "length", short
    assert chat_ollama(validate_model_on_init=True).invoke(SKY).content == SKY_ANSWER


def ollama_tools():
    tools(chat_ollama())


def ollama_structured():
    structured(chat_ollama(), ["json_schema", "json_mode"])


def ollama_reasoning():
    answer = chat_ollama(reasoning=True).invoke(TRAIN)
    assert answer.content == "It goes **180 km**." and "60 * 3 = 180" in answer.additional_kwargs["reasoning_content"]
    assert not chat_ollama(reasoning=False).invoke(TRAIN).additional_kwargs.get("reasoning_content")


def ollama_text():
    model = OllamaLLM(model="parrot", base_url=URL, temperature=0)
    assert model.invoke(SKY) == SKY_ANSWER and "".join(model.stream(SKY)) == SKY_ANSWER


def ollama_embeddings():
    model = OllamaEmbeddings(model="all-minilm", base_url=URL)
    vectors = model.embed_documents(["hello", "world"])
    assert [len(each) for each in vectors] == [384, 384]
    assert max(abs(a - b) for a, b in zip(model.embed_query("hello"), vectors[0])) < 1e-5


def ollama_errors():
    error = raises(ollama.ResponseError, lambda: chat_ollama(model="nosuch").invoke(SKY))
    assert error.status_code == 404 and "nosuch" in error.error, error
    raises(ValueError, lambda: chat_ollama(model="nosuch", validate_model_on_init=True))


def openai_common():
    common(chat_openai(stream_usage=True))


def openai_metadata():
    answer = chat_openai(logprobs=True, top_logprobs=2, max_tokens=2).invoke(SKY)
    assert answer.response_metadata["finish_reason"] == "length", answer
    tokens = answer.response_metadata["logprobs"]["content"]
    assert "".join(each["token"] for each in tokens) == "The sky" and len(tokens[0]["top_logprobs"]) == 2, tokens
    several = chat_openai(n=2).generate([[HumanMessage(SKY)]])
    assert [each.text for each in several.generations[0]] == [SKY_ANSWER] * 2


def openai_tools():
    tools(chat_openai())
    forced = chat_openai().bind_tools([get_weather], tool_choice="get_weather").invoke("Say hello.")
    assert [call["name"] for call in forced.tool_calls] == ["get_weather"], forced
    anything = chat_openai().bind_tools([get_weather], tool_choice="any").invoke("Say hello.")
    assert [call["name"] for call in anything.tool_calls] == ["get_weather"], anything


def openai_structured():
    structured(chat_openai(), ["json_schema", "json_mode"])


def openai_responses():
    model = chat_openai(use_responses_api=True)
    assert model.invoke(SKY).text == SKY_ANSWER
    whole = None
    for chunk in model.stream(SKY):
        whole = chunk if whole is None else whole + chunk
    assert whole.text == SKY_ANSWER and whole.usage_metadata["output_tokens"] > 20, whole
    tools(model)
    structured(model, ["json_schema"])


def openai_text():
    model = OpenAI(model="parrot", base_url=URL + "/v1", api_key="any", temperature=0)
    assert model.invoke(SKY) == SKY_ANSWER and "".join(model.stream(SKY)) == SKY_ANSWER


def openai_embeddings():
    model = OpenAIEmbeddings(model="all-minilm", base_url=URL + "/v1", api_key="any", check_embedding_ctx_length=False)
    assert [len(each) for each in model.embed_documents(["hello", "world"])] == [384, 384]
    assert len(model.embed_query("hello")) == 384


def openai_errors():
    raises(openai.NotFoundError, lambda: chat_openai(model="nosuch").invoke(SKY))
    raises(openai.NotFoundError, lambda: list(chat_openai(model="nosuch").stream(SKY)))
    raises(openai.BadRequestError, lambda: chat_openai(model="all-minilm").invoke(SKY))


run(ollama_common, ollama_metadata, ollama_tools, ollama_structured, ollama_reasoning, ollama_text,
    ollama_embeddings, ollama_errors, openai_common, openai_metadata, openai_tools, openai_structured,
    openai_responses, openai_text, openai_embeddings, openai_errors)
