#!/usr/bin/env python3
"""clients_test.py LAR MODEL WORK CLIENT: an official `ollama` client manages models.

Installs the client's package into the folder WORK, starts LAR on an empty store and the CNCF registry, and runs the
script CLIENT of this folder with the server's address, the registry's, and the GGUF file MODEL. Exit code 77
(skipped) where the file, the package or the registry is missing.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class Skipped(Exception):
    """Why the test cannot run here."""


def run_installer(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        raise Skipped("the client cannot be installed in time")
    if done.returncode != 0:
        raise Skipped("the client cannot be installed: " + (done.stderr or done.stdout).strip()[-200:])


def python_client(work):
    target = work / "python"
    if not (target / "ollama").is_dir():
        run_installer([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), "ollama"])
    return [sys.executable], dict(os.environ, PYTHONPATH=str(target))


def node_client(work):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Skipped("node or npm is missing")
    target = work / "node"
    if not (target / "node_modules" / "ollama").is_dir():
        target.mkdir(parents=True, exist_ok=True)
        run_installer([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(target), "ollama"])
    return [node], dict(os.environ, CLIENT_PACKAGES=str(target / "node_modules"))


class Process:
    """A program that runs as long as the block, with its output in a file."""

    def __init__(self, command, log, env=None):
        self.command, self.log, self.env = command, log, env

    def __enter__(self):
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(self.command, env=self.env, stdout=out, stderr=out)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def wait_for(self, pattern):
        for _ in range(400):
            found = re.search(pattern, self.log.read_text())
            if found:
                return found.group(1)
            time.sleep(0.05)
        raise SystemExit(f"{self.command[0]} did not start: " + self.log.read_text()[-500:])


def registry(folder):
    program = shutil.which("docker-registry")
    if not program:
        raise Skipped("the CNCF registry is not installed (package docker-registry)")
    config = folder / "registry.yml"
    config.write_text(f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/registry\n"
                      "http:\n  addr: 127.0.0.1:0\n  secret: x\n")
    return Process([program, "serve", str(config)], folder / "registry.log")


def server(lar, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = "127.0.0.1:%d" % free.getsockname()[1]
    env = dict(os.environ, HOME=str(folder), OLLAMA_MODELS=str(folder / "models"), OLLAMA_HOST=host)
    return Process([lar, "serve"], folder / "serve.log", env)


def main():
    lar, model, work, client = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve(), sys.argv[4]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="clients-"))
    try:
        if not model.exists():
            raise Skipped(f"{model.name} is missing")
        command, env = (python_client if client.endswith(".py") else node_client)(work)
        with registry(folder) as images, server(lar, folder) as lar_server:
            host = images.wait_for(r"listening on (127\.0\.0\.1:\d+)")
            url = "http://" + lar_server.wait_for(r"listening.*?(127\.0\.0\.1:\d+)")
            return subprocess.run([*command, str(HERE / client), url, host, str(model)], env=env,
                                  timeout=240).returncode
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 77
    finally:
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
