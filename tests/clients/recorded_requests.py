"""recorded_requests.py URL CASSETTES: requests that real clients sent to OpenAI and Anthropic are understood here.

Each recorded body is sent with another model and few tokens. It is answered, or refused because it has pictures or
files, which no model here can read.
"""
import json
import pathlib
import sys
import urllib.error
import urllib.request

import yaml

URL, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
PATHS = ("/chat/completions", "/responses", "/messages", "/messages/count_tokens")
MEDIA = {"image", "image_url", "input_image", "input_file", "input_audio", "document", "file"}


def recorded():
    for file in sorted(FOLDER.glob("*/*.yaml")):
        for interaction in yaml.safe_load(file.read_text()).get("interactions", []):
            request = interaction.get("request", {})
            path = request.get("uri", "").split("?")[0].rpartition("/v1")[2]
            body = request.get("parsed_body")
            if path in PATHS and isinstance(body, dict):
                yield file.name, "/v1" + path, body


def has_media(value):
    if isinstance(value, dict):
        return value.get("type") in MEDIA or any(has_media(each) for each in value.values())
    return isinstance(value, list) and any(has_media(each) for each in value)


def shortened(body):
    body = dict(body, model="parrot", temperature=0)
    for limit in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        body.pop(limit, None)
    return dict(body, **({"max_output_tokens": 4} if "input" in body else {"max_tokens": 4}))


answered = refused = failed = 0
for name, path, body in recorded():
    data = json.dumps(shortened(body)).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + path, data), timeout=60) as answer:
            text = answer.read().decode()
        good = "error" not in text[:20] and ("[DONE]" in text or "message_stop" in text or "response." in text
                                             or isinstance(json.loads(text), dict))
        answered += good
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        good = error.code == 400 and has_media(body)
        refused += good
    if not good:
        failed += 1
        print("FAILED:", name, path, text[:300])
print(f"{answered} answered, {refused} refused for their pictures or files, {failed} failed")
sys.exit(failed > 0 or answered < 90)
