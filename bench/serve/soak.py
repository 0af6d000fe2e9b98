#!/usr/bin/env python3
"""soak.py LAR FILE.gguf [MINUTES [CLIENTS]]: mixed load on `lar serve`, and what it leaves behind.

Clients stream and do not, leave in the middle, send what no client should, and unload one of two
models again and again. Printed at the end: the slope of private memory in MiB per 1,000 requests and
the open descriptors of the server and of the runner that stays. Ends with 1 where memory grows by
1 MiB per 1,000 requests or more, descriptors pile up, or an answer is not what it must be.
"""
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SLOPE_MAX_MIB = 1.0
WARM_UP_SHARE = 0.25  # caches fill: the slope is taken after it
DESCRIPTORS_MAX = 16  # more at the end than after the warm-up


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    """Processes whose parent is `pid`."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                if int(stat.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry))
        except OSError:
            pass
    return found


def private_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
    return 0.0


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def slope(points):
    """MiB per 1,000 requests, by least squares."""
    n = len(points)
    if n < 3:
        return 0.0
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0:
        return 0.0
    return 1000 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


class Soak:
    def __init__(self, port):
        self.port = port
        self.lock = threading.Lock()
        self.requests = 0
        self.kinds = {}
        self.problems = []
        self.stop = threading.Event()

    def note(self, kind, problem=None):
        with self.lock:
            self.requests += 1
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            if problem and len(self.problems) < 20:
                self.problems.append(f"{kind}: {problem}")

    def post(self, path, body, timeout=120):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", path, data, {"Content-Type": "application/json"})
        return connection, connection.getresponse()

    def body(self, dice, **fields):
        options = {"num_predict": dice.randint(1, 32), "seed": dice.randint(1, 1 << 30)}
        model = "rare" if dice.random() < 0.1 else "steady"
        return {"model": model, "prompt": self.text(dice), "raw": True, "options": options, **fields}

    @staticmethod
    def text(dice):
        words = ["once", "upon", "a", "time", "there", "was", "little", "girl", "dog", "house"]
        return " ".join(dice.choice(words) for _ in range(dice.randint(1, 60)))

    def expect(self, kind, response, allowed, text=None):
        content = response.read() if text is None else text
        wrong = response.status not in allowed
        self.note(kind, f"status {response.status}: {content[:200]!r}" if wrong else None)

    def stream(self, dice):
        connection, response = self.post("/api/generate", self.body(dice))
        text = response.read()
        whole = response.status != 200 or b'"done":true' in text
        if whole:
            self.expect("stream", response, {200, 503}, text)
        else:
            self.note("stream", f"no end: {text[-200:]!r}")
        connection.close()

    def whole(self, dice):
        connection, response = self.post("/api/generate", self.body(dice, stream=False))
        self.expect("whole", response, {200, 503})
        connection.close()

    def openai(self, dice):
        body = {"model": "steady", "prompt": self.text(dice), "max_tokens": 8, "stream": True}
        connection, response = self.post("/v1/completions", body)
        self.expect("openai", response, {200, 503})
        connection.close()

    def leave(self, dice):
        body = self.body(dice)
        body["options"]["num_predict"] = 400
        connection, response = self.post("/api/generate", body)
        response.read(dice.randint(1, 400))
        self.note("leave")
        # The response holds the socket open beyond connection.close().
        response.close()
        connection.close()

    def leave_early(self, dice):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            data = json.dumps(self.body(dice)).encode()
            head = f"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n"
            raw.sendall((head.encode() + data)[: dice.randint(1, len(data))])
        self.note("leave early")

    def malformed(self, dice):
        path, body = dice.choice([
            ("/api/generate", b"{"),
            ("/api/generate", b'{"model":17}'),
            ("/api/generate", b'{"model":"steady","prompt":{"a":1}}'),
            ("/api/generate", b'{"model":"nobody/knows:it","prompt":"x"}'),
            ("/api/chat", b'{"model":"steady","messages":"x"}'),
            ("/api/chat", b"\xff\xfe\x00"),
            ("/api/nothing", b"{}"),
            ("/v1/chat/completions", b'{"model":"steady"}'),
            ("/api/generate", b"[" * 5000),
        ])
        connection, response = self.post(path, body)
        self.expect("malformed", response, {400, 404, 405})
        connection.close()

    def unload(self, _dice):
        connection, response = self.post("/api/generate", {"model": "rare", "keep_alive": 0})
        self.expect("unload", response, {200})
        connection.close()

    def client(self, seed):
        dice = random.Random(seed)
        kinds = [self.stream] * 6 + [self.whole] * 3 + [self.openai] * 2 + [self.leave] * 2
        kinds += [self.leave_early, self.malformed, self.malformed]
        while not self.stop.is_set():
            kind = self.unload if dice.random() < 0.01 else dice.choice(kinds)
            try:
                kind(dice)
            except (OSError, http.client.HTTPException) as error:
                if not self.stop.is_set():
                    self.note(kind.__name__, f"{type(error).__name__}: {error}")


def report(name, points):
    """points: (requests, MiB, descriptors), after the warm-up."""
    grows = slope([(x, mib) for x, mib, _ in points])
    open_now = [fds for _, _, fds in points]
    print(f"| {name:<8} | {points[0][1]:>9.1f} | {points[-1][1]:>9.1f} | {grows:>+22.3f} "
          f"| {min(open_now):>4} - {max(open_now):<4} | {open_now[0]:>5} -> {open_now[-1]:<5} |")
    return grows < SLOPE_MAX_MIB and open_now[-1] - open_now[0] <= DESCRIPTORS_MAX


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    lar, model = sys.argv[1], os.path.abspath(sys.argv[2])
    minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 30.0
    clients = int(sys.argv[4]) if len(sys.argv) > 4 else 6
    folder = tempfile.TemporaryDirectory()
    port = free_port()
    environment = dict(os.environ, OLLAMA_HOST=f"127.0.0.1:{port}", OLLAMA_MODELS=folder.name,
                       OLLAMA_CONTEXT_LENGTH="512", OLLAMA_NUM_PARALLEL="4")
    with open(os.path.join(folder.name, "log"), "wb") as log:
        server = subprocess.Popen([lar, "serve"], env=environment, stdout=log, stderr=log)
    soak = Soak(port)
    try:
        wait_until_ready(port, server)
        # Models of one file share a runner: the second has a byte more.
        copy = os.path.join(folder.name, "copy.gguf")
        shutil.copyfile(model, copy)
        with open(copy, "ab") as file:
            file.write(b"\0")
        modelfile = os.path.join(folder.name, "Modelfile")
        for name, path in (("steady", model), ("rare", copy)):
            with open(modelfile, "w", encoding="utf-8") as file:
                file.write(f"FROM {path}\n")
            subprocess.run([lar, "create", name, "-f", modelfile], env=environment, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, response = soak.post("/api/generate", {"model": "steady", "keep_alive": -1})
        response.read()
        connection.close()
        steady = children(server.pid)[0]
        good = watch(soak, server.pid, steady, minutes * 60, clients)
        good = server.poll() is None and good
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    if not good:
        with open(os.path.join(folder.name, "log"), encoding="utf-8", errors="replace") as log:
            sys.stderr.write("".join(log.readlines()[-20:]))
    sys.exit(0 if good else 1)


def wait_until_ready(port, server):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None:
                sys.exit("the server has ended")
            time.sleep(0.1)
    sys.exit("the server does not start")


def watch(soak, server, steady, seconds, clients):
    threads = [threading.Thread(target=soak.client, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    start = time.monotonic()
    points = {"server": [], "runner": []}
    alive = True
    while alive and time.monotonic() - start < seconds:
        time.sleep(min(2.0, seconds / 100))
        for name, pid in (("server", server), ("runner", steady)):
            try:
                points[name].append((soak.requests, private_mib(pid), descriptors(pid)))
            except OSError:
                soak.problems.append(f"the {name} has ended")
                alive = False
    soak.stop.set()
    for thread in threads:
        thread.join()
    print(f"{soak.requests} requests in {time.monotonic() - start:.0f} s: "
          + ", ".join(f"{count} {kind}" for kind, count in sorted(soak.kinds.items())))
    print("| process  | MiB first |  MiB last | MiB per 1,000 requests | descriptors |  first -> last |")
    print("| -------- | --------: | --------: | ---------------------: | ----------: | -------------: |")
    good = alive
    for name, list_of in points.items():
        after = list_of[int(len(list_of) * WARM_UP_SHARE):]
        good = bool(after) and report(name, after) and good
    for problem in soak.problems:
        print("unexpected:", problem)
    return good and not soak.problems


if __name__ == "__main__":
    main()
