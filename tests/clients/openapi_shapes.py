"""openapi_shapes.py URL OPENAPI.json: every answer of the OpenAI endpoints is valid by OpenAI's own document."""
import json
import sys
import urllib.error
import urllib.request

import jsonschema

URL, DOCUMENT = sys.argv[1], json.load(open(sys.argv[2]))
SKY = [{"role": "user", "content": "why is the sky blue?"}]
CALL = [{"role": "user", "content": "Call get_weather with location set to San Francisco."}]
TRAIN = [{"role": "user", "content": "A train goes 60 km in one hour. How far does it go in three hours?"}]
PARAMETERS = {"type": "object", "required": ["location"], "properties": {"location": {"type": "string"}}}
FUNCTION = {"name": "get_weather", "description": "Get the current weather for a location", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": FUNCTION}]
FLAT = [{"type": "function", "strict": False, **FUNCTION}]
CHAT, TEXT, ITEMS = "/v1/chat/completions", "/v1/completions", "/v1/responses"
STREAM = {"stream": True}


def with_nulls(node):
    """The document's `nullable: true`, which its version of JSON Schema does not know, as a type."""
    if isinstance(node, dict):
        filled = {key: with_nulls(value) for key, value in node.items()}
        return {"anyOf": [filled, {"type": "null"}]} if filled.pop("nullable", False) is True else filled
    return [with_nulls(each) for each in node] if isinstance(node, list) else node


DOCUMENT["components"] = with_nulls(DOCUMENT["components"])


def schema_of(name, answer):
    """The schema; of the many kinds of events, that of this one's type."""
    schemas = DOCUMENT["components"]["schemas"]
    if name != "ResponseStreamEvent":
        return name
    kinds = [each["$ref"].rpartition("/")[2] for each in schemas[name]["anyOf"]]
    return next(kind for kind in kinds if answer["type"] in schemas[kind]["properties"]["type"]["enum"])


def validator(name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(schema)


def ask(path, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            text, kind = answer.read().decode(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        text, kind = error.read().decode(), "json"
    if "event-stream" not in kind:
        return [json.loads(text)]
    lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


CASES = [
    ("CreateChatCompletionResponse", CHAT, {"messages": SKY}),
    ("CreateChatCompletionResponse", CHAT, {"messages": SKY, "logprobs": True, "top_logprobs": 2, "max_tokens": 3}),
    ("CreateChatCompletionResponse", CHAT, {"messages": CALL, "tools": TOOLS}),
    ("CreateChatCompletionStreamResponse", CHAT, {"messages": SKY, "stream_options": {"include_usage": True}, **STREAM}),
    ("CreateChatCompletionStreamResponse", CHAT, {"messages": SKY, "logprobs": True, "max_tokens": 3, **STREAM}),
    ("CreateChatCompletionStreamResponse", CHAT, {"messages": CALL, "tools": TOOLS, **STREAM}),
    ("CreateCompletionResponse", TEXT, {"prompt": "why is the sky blue?", "max_tokens": 3}),
    ("CreateCompletionResponse", TEXT, {"prompt": ["Say hello."], "logprobs": 2, "max_tokens": 3}),
    ("Response", ITEMS, {"input": "why is the sky blue?"}),
    ("Response", ITEMS, {"input": "why is the sky blue?", "max_output_tokens": 3}),
    ("Response", ITEMS, {"input": CALL, "tools": FLAT}),
    ("Response", ITEMS, {"input": TRAIN, "reasoning": {"effort": "high"}}),
    ("ResponseStreamEvent", ITEMS, {"input": TRAIN, "reasoning": {"effort": "high"}, **STREAM}),
    ("ResponseStreamEvent", ITEMS, {"input": CALL, "tools": FLAT, **STREAM}),
    ("ErrorResponse", CHAT, {"messages": []}),
    ("ErrorResponse", ITEMS, {"model": "nosuch", "input": "x"}),
    ("CreateEmbeddingResponse", "/v1/embeddings", {"model": "all-minilm", "input": ["a", "b"]}),
    ("ListModelsResponse", "/v1/models", None),
    ("Model", "/v1/models/parrot", None),
]

failed = 0
for schema, path, body in CASES:
    filled = None if body is None else {"model": "parrot", "temperature": 0, **body}
    for answer in ask(path, filled):
        response = answer.get("response", answer)
        if response.get("usage", 0) is None:  # as OpenAI's own servers have it until the end
            del response["usage"]
        error = jsonschema.exceptions.best_match(validator(schema_of(schema, answer)).iter_errors(answer))
        if error is not None:
            failed += 1
            print("FAILED:", schema, path, json.dumps(body)[:120], error.json_path, error.message[:300])
            break
    else:
        print("passed:", schema, json.dumps(body)[:100])
sys.exit(failed > 0)
