"""recorded_streams.py URL API: our streams have the events of recorded ones, in their order and with their fields.

API is the folder of recordings of OpenAI's and Anthropic's servers and of others that speak like them. Each case asks
for the same kind of answer: the events agree in order when repeats count once, and each has every field of the
recorded one, of the same type, but for fields that only their owners have a use for.
"""
import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

URL, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
VERCEL, CASSETTES = "vercel-ai/{}/__fixtures__/", "pydantic-ai-cassettes/test_openai/"
CLAUDE = VERCEL.format("anthropic/src")
RESPONSES = VERCEL.format("openai/src/responses")
STUDIO = VERCEL.format("open-responses/src/responses")
XAI, DEEPSEEK = VERCEL.format("openai-compatible/src/chat"), VERCEL.format("deepseek/src/chat")

# Fields of their owners' business (billing, storage, padding), and what a caller gives the form of.
OWNERS = {
    "cache_creation", "service_tier", "inference_geo", "caller", "context_management", "stop_details",
    "obfuscation", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens", "image_tokens",
    "text_tokens", "num_sources_used", "cost_in_usd_ticks", "billing", "prompt_cache_retention", "prompt_cache_hit_tokens",
    "prompt_cache_miss_tokens", "verbosity", "encrypted_content", "parameters", "input",
}


def says(text):
    return [{"role": "user", "content": text}]


PARAMETERS = {"type": "object", "required": ["location"],
              "properties": {"location": {"type": "string", "description": "The city name"}}}
WEATHER = {"name": "get_weather", "description": "Get the current weather for a location", "parameters": PARAMETERS}
PROFILE = {"type": "object", "required": ["name", "age", "email", "hobbies"], "additionalProperties": False,
           "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "email": {"type": "string"},
                          "hobbies": {"type": "array", "items": {"type": "string"}}}}
SKY = "why is the sky blue?"
TRAIN = "A train goes 60 km in one hour. How far does it go in three hours?"
CALL = "Call get_weather with location set to San Francisco."
TEXT_AND_CALL = "Check the weather in Madrid, and say what you do."
UMBRELLA = "Should I take an umbrella in London?"


def messages(text, **more):
    tool = {"name": WEATHER["name"], "description": WEATHER["description"], "input_schema": PARAMETERS}
    return "/v1/messages", {"max_tokens": 200, "messages": says(text), "tools": [tool] if "weather" in text else [], **more}


def chat(text, **more):
    with_usage = {"stream_options": {"include_usage": True}} if more.get("stream", True) else {}
    tools = {"tools": [{"type": "function", "function": WEATHER}]} if "weather" in text else {}
    return "/v1/chat/completions", {"messages": says(text), **with_usage, **tools, **more}


def responses(text, **more):
    tools = {"tools": [{"type": "function", "strict": False, **WEATHER}]} if text in (CALL, UMBRELLA) else {}
    return "/v1/responses", {"input": text, **tools, **more}


# What is recorded, which of its answers (a recording can hold several), and the request for the same kind of answer.
STREAMS = [
    ("anthropic-sdk/fixtures/tool_use_response.txt", 0, messages(TEXT_AND_CALL)),
    (CLAUDE + "anthropic-text.chunks.txt", 0, messages(SKY)),
    (CLAUDE + "anthropic-message-delta-input-tokens.chunks.txt", 0, messages(SKY)),
    (CLAUDE + "anthropic-json-tool.1.chunks.txt", 0, messages(CALL)),
    (CLAUDE + "anthropic-json-output-format.1.chunks.txt", 0,
     messages("Give me a user profile as JSON.", output_config={"format": {"type": "json_schema", "schema": PROFILE}})),
    (CASSETTES + "test_run_stream_sync_streams_real_model.yaml", 0, chat(CALL)),
    (CASSETTES + "test_run_stream_sync_streams_real_model.yaml", 1, chat(SKY)),
    (XAI + "xai-text.chunks.txt", 0, chat(TRAIN, reasoning_effort="high")),
    (XAI + "xai-tool-call.chunks.txt", 0,
     chat(UMBRELLA, reasoning_effort="high", tools=[{"type": "function", "function": WEATHER}])),
    (DEEPSEEK + "deepseek-text.chunks.txt", 0, chat(SKY, max_tokens=5)),
    (DEEPSEEK + "deepseek-reasoning.chunks.txt", 0, chat(TRAIN, reasoning_effort="high")),
    (STUDIO + "lmstudio-basic.1.chunks.txt", 0, responses(SKY)),
    (CASSETTES + "test_openai_instructions_with_responses_logprobs_streaming.yaml", 0,
     responses(SKY, include=["message.output_text.logprobs"], top_logprobs=2)),
    (RESPONSES + "openai-reasoning-encrypted-content.1.chunks.txt", 0, responses(UMBRELLA, reasoning={"effort": "high"})),
    (RESPONSES + "openai-reasoning-encrypted-content.1.chunks.txt", 1, responses(CALL)),
    (RESPONSES + "openai-reasoning-encrypted-content.1.chunks.txt", 3, responses(SKY)),
]
WHOLE = [
    (CLAUDE + "anthropic-text.json", messages(SKY)),
    (CLAUDE + "anthropic-json-tool.1.json", messages(CALL)),
    (XAI + "xai-text.json", chat(TRAIN, reasoning_effort="high", stream=False)),
    (XAI + "xai-tool-call.json",
     chat(UMBRELLA, reasoning_effort="high", stream=False, tools=[{"type": "function", "function": WEATHER}])),
    (DEEPSEEK + "deepseek-text.json", chat(SKY, stream=False)),
    (STUDIO + "lmstudio-basic.1.json", responses(TRAIN, reasoning={"effort": "high"})),
    (VERCEL.format("openai/src/chat") + "reasoning-model-legacy-parameter-error.json", chat("", messages=[], stream=False)),
    (VERCEL.format("openai/src/embedding") + "openai-embedding.json",
     ("/v1/embeddings", {"model": "all-minilm", "input": ["a", "b"]})),
]


def events_of(text):
    lines = re.findall(r"^\s*(?:data: )?(\{.*\})\s*$", text, re.M)
    return [event for event in map(json.loads, lines) if event.get("type") != "ping"]


def answers_of(events):
    """The answers that the events of a recording belong to."""
    answers = [[]]
    for event in events:
        is_chunk = "choices" in event
        if answers[-1] and (event.get("type") in ("message_start", "response.created")
                            or is_chunk and event["id"] != answers[-1][-1]["id"]):
            answers.append([])
        answers[-1].append(event)
    return answers


def parts_of(event):
    """What an event tells, in order: a chunk of a chat can tell several things at once."""
    if "choices" not in event:
        inner = next((event[key]["type"] for key in ("content_block", "delta", "item", "part")
                      if isinstance(event.get(key), dict) and "type" in event[key]), "")
        return [f"{event['type']} {inner}".strip()]
    parts = []
    for choice in event["choices"]:
        parts += [key for key in ("role", "reasoning", "content", "tool_calls") if choice["delta"].get(key)]
        parts += ["finish"] if choice.get("finish_reason") else []
    return parts + (["usage"] if event.get("usage") else [])


def order_of(events):
    parts = [part for event in events for part in parts_of(event)]
    return [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]


def fields_of(value, at, into):
    """The types by path; what is in the elements of a list counts together."""
    kind = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "list"}.get(type(value), "null")
    into.setdefault(at, set()).add(kind)
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in OWNERS:
                fields_of(each, f"{at}.{key}", into)
    elif isinstance(value, list):
        for each in value:
            fields_of(each, at + "[]", into)
    return into


def fields_by_part(events):
    """Chunks of a chat are told apart by nothing but their fields."""
    fields = {}
    for event in events:
        fields_of(event, "", fields.setdefault("chunk" if "choices" in event else parts_of(event)[0], {}))
    return fields


def differences(recorded, ours):
    for path, kinds in recorded.items():
        if path not in ours:
            # Inside what is null, empty or free in form there is nothing to compare.
            parent = path.rpartition(".")[0] if not path.endswith("[]") else path[:-2]
            if parent in ours and ours[parent] != {"null"} and not path.endswith("[]") and "null" not in kinds:
                yield f"{path} is missing"
        elif not kinds & ours[path] and "null" not in kinds | ours[path]:
            yield f"{path} is {sorted(ours[path])}, recorded as {sorted(kinds)}"


def ask(path, body, stream):
    body = {"model": "parrot", "temperature": 0, "stream": stream, **body}
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def recorded(name):
    return (FOLDER / name).read_text().replace('"reasoning_content"', '"reasoning"')


def compare_stream(name, index, request):
    theirs, ours = answers_of(events_of(recorded(name)))[index], events_of(ask(*request, True))
    if order_of(theirs) != order_of(ours):
        yield f"the order is {order_of(ours)}, recorded as {order_of(theirs)}"
    fields = fields_by_part(ours)
    for part, recorded_fields in fields_by_part(theirs).items():
        yield from (f"{part}: {line}" for line in differences(recorded_fields, fields.get(part, {})))


def compare_whole(name, request):
    theirs, ours = json.loads(recorded(name)), json.loads(ask(*request, False))
    yield from differences(fields_of(theirs, "", {}), fields_of(ours, "", {}))


failed = 0
for name, compared in [(f"{name} {index}", compare_stream(name, index, request)) for name, index, request in STREAMS] + \
                      [(name, compare_whole(name, request)) for name, request in WHOLE]:
    lines = list(compared)
    failed += bool(lines)
    print("FAILED:" if lines else "passed:", name.rpartition("/")[2])
    for line in lines:
        print("   ", line)
sys.exit(failed > 0)
