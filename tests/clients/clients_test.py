#!/usr/bin/env python3
"""clients_test.py LAR DATA WORK SCRIPT: an official client's script against `lar serve`.

Installs the client's packages into the folder WORK, starts LAR on an empty store with the models of the folder DATA,
and runs SCRIPT of this folder with the server's address. Exit code 77 (skipped) where data or packages are missing.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {
    "anthropic_client.mjs": ["@anthropic-ai/sdk"],
    "langchain_client.mjs": ["@langchain/core", "@langchain/ollama", "@langchain/openai"],
    "langchain_client.py": ["langchain-ollama", "langchain-openai"],
    "ollama_client.mjs": ["ollama"],
    "ollama_client.py": ["ollama"],
    "ollama_shapes.py": ["jsonschema", "pyyaml"],
    "openai_client.mjs": ["openai"],
    "openai_client.py": ["openai"],
    "openapi_shapes.py": ["jsonschema"],
    "recorded_requests.py": ["pyyaml"],
    "recorded_streams.py": [],
}
# What a script reads beside the server: a path in the folder of data.
INPUTS = {
    "ollama_shapes.py": "api/ollama-docs/openapi.yaml",
    "openapi_shapes.py": "api/openai/openapi.json",
    "recorded_requests.py": "api/pydantic-ai-cassettes",
    "recorded_streams.py": "api",
}
MODELS = {"parrot": "parrot/parrot-qwen3.q8_0.gguf", "all-minilm": "models/all-minilm.f16.gguf"}


class Skipped(Exception):
    """Why a test cannot run here."""


def installed_python(target, packages):
    install_once(target, packages, [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)])
    return [sys.executable], dict(os.environ, PYTHONPATH=str(target))


def installed_node(target, packages):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Skipped("node or npm is missing")
    install_once(target, packages, [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(target)])
    return [node], dict(os.environ, CLIENT_PACKAGES=str(target / "node_modules"))


def install_once(target, packages, command):
    """Into a folder for these packages alone; a file beside it tells that they are all there."""
    done = target.with_suffix(".installed")
    if not packages or done.exists():
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    names = ", ".join(packages)
    try:
        installer = subprocess.run([*command, *packages], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        raise Skipped(f"{names} cannot be installed in time")
    if installer.returncode != 0:
        raise Skipped(f"{names} cannot be installed: {(installer.stderr or installer.stdout).strip()[-200:]}")
    done.touch()


class Server:
    """`lar serve` on a free port, with a home of its own."""

    def __init__(self, lar):
        self.lar, self.home = lar, pathlib.Path(tempfile.mkdtemp(prefix="clients-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        env = dict(os.environ, HOME=str(self.home), OLLAMA_MODELS=str(self.home / "models"),
                   OLLAMA_HOST=f"127.0.0.1:{self.port}")
        self.log = open(self.home / "log", "wb")
        self.process = subprocess.Popen([self.lar, "serve"], env=env, stdout=self.log, stderr=self.log)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server did not start: " + (self.home / "log").read_text()[-500:])

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def create(self, name, file):
        data = file.read_bytes()
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.post("/api/blobs/" + digest, data)
        self.post("/api/create", json.dumps({"model": name, "files": {file.name: digest}, "stream": False}).encode())


def main():
    lar, data, work, script = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve(), sys.argv[4]
    try:
        for file in MODELS.values():
            if not (data / file).exists():
                raise Skipped(f"{file} is missing")
        install = installed_python if script.endswith(".py") else installed_node
        language = pathlib.Path(script).suffix.removeprefix(".")
        folder = "-".join([language, *PACKAGES[script]]).replace("@", "").replace("/", "-")
        command, env = install(work / folder, PACKAGES[script])
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 77
    with Server(lar) as server:
        for name, file in MODELS.items():
            server.create(name, data / file)
        arguments = [str(HERE / script), server.url]
        if script in INPUTS:
            arguments.append(str(data / INPUTS[script]))
        return subprocess.run([*command, *arguments], env=env, timeout=240).returncode


sys.exit(main())
