"""ollama_shapes.py URL OPENAPI.yaml: every answer of the native endpoints is valid by Ollama's own document.

The document names no field as required, so the fields that its examples always show are required here.
"""
import copy
import json
import sys
import urllib.error
import urllib.request

import jsonschema
import yaml

URL, DOCUMENT = sys.argv[1], yaml.safe_load(open(sys.argv[2]))
SKY = "why is the sky blue?"
TRAIN = "A train goes 60 km in one hour. How far does it go in three hours?"
CALL = "Call get_weather with location set to San Francisco."
PARAMETERS = {"type": "object", "required": ["location"], "properties": {"location": {"type": "string"}}}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Get the current weather for a location",
                                           "parameters": PARAMETERS}}]
TIMES = ["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"]
EVENT = ["model", "created_at", "done"]
LISTED = ["name", "model", "size", "digest", "details"]


def says(text):
    return [{"role": "user", "content": text}]


# Endpoint, body, schema of the answer (of each event, for a stream), fields of each event, more fields of the last one.
CASES = [
    ("/api/generate", {"prompt": SKY, "stream": False}, "GenerateResponse", EVENT + ["response"], ["done_reason", *TIMES]),
    ("/api/generate", {"prompt": SKY, "stream": False, "logprobs": True, "top_logprobs": 2}, "GenerateResponse",
     EVENT + ["logprobs"], []),
    ("/api/generate", {"prompt": SKY}, "GenerateStreamEvent", EVENT + ["response"], ["done_reason", *TIMES]),
    ("/api/generate", {"keep_alive": "5m", "stream": False}, "GenerateResponse", EVENT + ["response"], ["done_reason"]),
    ("/api/chat", {"messages": says(SKY), "stream": False}, "ChatResponse", EVENT + ["message"], ["done_reason", *TIMES]),
    ("/api/chat", {"messages": says(SKY), "stream": False, "logprobs": True, "top_logprobs": 2}, "ChatResponse",
     EVENT + ["logprobs"], []),
    ("/api/chat", {"messages": says(CALL), "tools": TOOLS, "stream": False}, "ChatResponse", EVENT + ["message"], TIMES),
    ("/api/chat", {"messages": says(TRAIN), "think": True}, "ChatStreamEvent", EVENT + ["message"], ["done_reason", *TIMES]),
    ("/api/chat", {"messages": says(CALL), "tools": TOOLS}, "ChatStreamEvent", EVENT + ["message"], ["done_reason", *TIMES]),
    ("/api/embed", {"model": "all-minilm", "input": ["a", "b"]}, "EmbedResponse", ["model", "embeddings"],
     ["total_duration", "load_duration", "prompt_eval_count"]),
    ("/api/show", {}, "ShowResponse", ["modified_at", "details", "template", "capabilities", "model_info"], []),
    ("/api/show", {"verbose": True}, "ShowResponse", ["details", "model_info"], []),
    ("/api/tags", None, "ListResponse", ["models"], []),
    ("/api/ps", None, "PsResponse", ["models"], []),
    ("/api/version", None, "VersionResponse", ["version"], []),
    ("/api/create", {"model": "copy", "from": "parrot"}, "StatusEvent", ["status"], []),
    ("/api/create", {"model": "copy", "from": "parrot", "stream": False}, "StatusResponse", ["status"], []),
    ("/api/chat", {"model": "nosuch", "messages": says(SKY)}, "ErrorResponse", ["error"], []),
    ("/api/embed", {"input": 5}, "ErrorResponse", ["error"], []),
    ("/api/show", {"model": "nosuch"}, "ErrorResponse", ["error"], []),
    ("/api/pull", {"model": "127.0.0.1:1/lib/none", "insecure": True, "stream": False}, "ErrorResponse", ["error"], []),
]


def validator(name, required):
    components = copy.deepcopy(DOCUMENT["components"])
    components["schemas"][name]["required"] = required
    components["schemas"]["ModelSummary"]["required"] = LISTED + ["modified_at"]
    components["schemas"]["Ps"]["required"] = LISTED + ["expires_at", "size_vram", "context_length"]
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def ask(path, body):
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + path, data), timeout=120) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
    return [json.loads(line) for line in text.splitlines() if line.strip()]


failed = 0
for path, body, schema, fields, last_fields in CASES:
    events = ask(path, None if body is None else {"model": "parrot", "options": {"temperature": 0}, **body})
    problems = [] if events else ["no answer"]
    for event in events:
        required = fields + (last_fields if event is events[-1] else [])
        error = jsonschema.exceptions.best_match(validator(schema, required).iter_errors(event))
        problems += [] if error is None else [f"{error.json_path} {error.message}"]
    failed += bool(problems)
    print("FAILED:" if problems else "passed:", schema, path, json.dumps(body)[:100], *problems[:3])
sys.exit(failed > 0)
