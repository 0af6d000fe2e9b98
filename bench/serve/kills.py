#!/usr/bin/env python3
"""kills.py LAR FILE.gguf [KILLS [CLIENTS]]: runners killed with SIGKILL while clients stream from them.

Every client that has words of an answer must get an error object within a second of the kill, one
without must get its answer from a new runner; requests after it work, and the server stays the same
process. Ends with 1 where one of these did not hold.
"""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

from soak import children, free_port, wait_until_ready

ERROR_WITHIN_S = 1.0
ANSWER_WITHIN_S = 30.0


class Client(threading.Thread):
    """Streams one answer after the other and notes how each ended."""

    def __init__(self, port, number, stop):
        super().__init__(daemon=True)
        self.port, self.number, self.stop = port, number, stop
        self.words = 0  # of the answer under way
        self.answers = 0
        self.errors = []  # (when, text)
        self.problems = []

    def run(self):
        while not self.stop.is_set():
            self.words = 0
            try:
                self.stream()
            except (OSError, http.client.HTTPException, ValueError) as error:
                if not self.stop.is_set():
                    self.problems.append(f"client {self.number}: {type(error).__name__}: {error}")

    def stream(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN_S)
        body = {"model": "killed", "prompt": f"client {self.number}", "raw": True,
                "options": {"num_predict": 400, "temperature": 1.0}}
        connection.request("POST", "/api/generate", json.dumps(body))
        response = connection.getresponse()
        if response.status != 200:
            self.problems.append(f"client {self.number}: status {response.status}: {response.read(200)!r}")
            return
        last = {}
        while line := response.readline():
            last = json.loads(line)
            self.words += 1
        if "error" in last:
            self.errors.append((time.monotonic(), last["error"]))
        elif last.get("done"):
            self.answers += 1
        else:
            self.problems.append(f"client {self.number}: an end without `done` or an error: {last}")
        connection.close()


def kill_once(server, clients, delays):
    """Kills the runner in the middle of answers; what went wrong, or nothing."""
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while not (runners := children(server.pid)) or min(client.words for client in clients) < 2:
        if time.monotonic() > deadline:
            return "no runner serves all clients again"
        time.sleep(0.002)
    streaming = [(client, len(client.errors)) for client in clients if client.words >= 2]
    killed = time.monotonic()
    for runner in runners:
        os.kill(runner, signal.SIGKILL)
    while time.monotonic() < killed + ERROR_WITHIN_S:
        # One that had just ended its answer when the kill came got no error.
        waiting = [c for c, before in streaming if len(c.errors) == before and c.words >= 2]
        if not waiting:
            break
        time.sleep(0.002)
    else:
        return f"{len(waiting)} clients without an error after {ERROR_WITHIN_S} s"
    delays += [c.errors[-1][0] - killed for c, before in streaming if len(c.errors) > before]
    return None if server.poll() is None else "the server has ended"


def load_and_kill(server, port, kills, count):
    """The clients, the seconds until each was told, and what went wrong."""
    stop = threading.Event()
    clients = [Client(port, number, stop) for number in range(count)]
    for client in clients:
        client.start()
    delays, problems = [], []
    for number in range(kills):
        if problem := kill_once(server, clients, delays):
            problems.append(f"kill {number + 1}: {problem}")
    served = [client.answers for client in clients]
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while any(c.answers == before for c, before in zip(clients, served)):
        if time.monotonic() > deadline:
            problems.append("a client gets no whole answer after the last kill")
            break
        time.sleep(0.1)
    stop.set()
    return clients, sorted(delays), problems


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    lar, model = sys.argv[1], os.path.abspath(sys.argv[2])
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 4
    folder = tempfile.TemporaryDirectory()
    port = free_port()
    environment = dict(os.environ, OLLAMA_HOST=f"127.0.0.1:{port}", OLLAMA_MODELS=folder.name,
                       OLLAMA_CONTEXT_LENGTH="1024", OLLAMA_NUM_PARALLEL=str(count))
    server = subprocess.Popen([lar, "serve"], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(port, server)
        modelfile = pathlib.Path(folder.name) / "Modelfile"
        modelfile.write_text(f"FROM {model}\n", encoding="utf-8")
        subprocess.run([lar, "create", "killed", "-f", modelfile], env=environment, capture_output=True, check=True)
        clients, delays, problems = load_and_kill(server, port, kills, count)
        alive = server.poll() is None
    finally:
        server.terminate()
        server.wait()
    problems += [problem for client in clients for problem in client.problems]
    last, median = (1000 * delays[-1], 1000 * delays[len(delays) // 2]) if delays else (0, 0)
    print(f"{kills} kills, {count} clients: {len(delays)} errors told, the last after {last:.0f} ms "
          f"(median {median:.0f}); {sum(c.answers for c in clients)} whole answers; "
          f"the server {'stayed' if alive else 'ended'}")
    for text in sorted({error for client in clients for _, error in client.errors}):
        print(f"told: {text}")
    for problem in problems:
        print(problem)
    return 1 if problems or not alive else 0


if __name__ == "__main__":
    sys.exit(main())
