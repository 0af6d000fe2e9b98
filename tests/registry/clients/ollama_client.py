"""ollama_client.py URL REGISTRY MODEL: list, show, create, copy, delete, pull and push with ollama's Python client."""
import sys

import ollama

URL, REGISTRY, MODEL = sys.argv[1:4]
client = ollama.Client(host=URL)
REMOTE = REGISTRY + "/lib/tale:one"


def names():
    return sorted(model.model for model in client.list().models)


def fails(action, text):
    try:
        action()
    except ollama.ResponseError as error:
        assert text in error.error, error.error
    else:
        raise AssertionError("no error")


assert names() == []
digest = client.create_blob(MODEL)
done = list(client.create(model="tale", files={"tale.gguf": digest}, template="{{ .Prompt }}", system="You tell tales.",
                          parameters={"temperature": 0.5}, stream=True))
assert done[-1].status == "success", done
assert names() == ["tale:latest"]
shown = client.show("tale")
assert shown.template == "{{ .Prompt }}" and "temperature" in shown.parameters, shown
client.copy("tale", REMOTE)

lines = list(client.push(REMOTE, insecure=True, stream=True))
assert lines[0].status == "retrieving manifest" and lines[-1].status == "success", lines
sent = [line for line in lines if line.digest]
assert all(line.status == "pushing " + line.digest[7:19] for line in sent) and sent[0].total > 1_000_000, sent
for name in names():
    client.delete(name)
assert names() == []

lines = list(client.pull(REMOTE, insecure=True, stream=True))
statuses = [line.status for line in lines]
assert statuses[0] == "pulling manifest", statuses
assert statuses[-3:] == ["verifying sha256 digest", "writing manifest", "success"], statuses
got = [line for line in lines if line.digest]
assert all(line.total and (line.completed or 0) <= line.total for line in got), got
assert got[-1].completed == got[-1].total, got[-1]
assert names() == [REMOTE], names()
assert client.pull(REMOTE, insecure=True).status == "success"
assert client.push(REMOTE, insecure=True).status == "success"

fails(lambda: client.pull(REGISTRY + "/lib/none:one", insecure=True), "pull model manifest: file does not exist")
fails(lambda: list(client.pull(REGISTRY + "/lib/none:one", insecure=True, stream=True)), "file does not exist")
fails(lambda: client.delete("none"), "not found")
print("passed: ollama for Python")
