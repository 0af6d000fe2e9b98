#!/usr/bin/env python3
"""live_test.py LAR DATA LIVE.PY SCENARIO: the program answers as the recording, but for the listed differences.

DATA is the folder of test data; SCENARIO is the name of a file in its ollama-live folder without ".scenario.json".
Exit code 77 (skipped) where the data is missing, or the terminal (tmux and a pseudo-terminal) of an interactive scenario.
"""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys


def play(lar, data, tool, files):
    """How many steps agree, and what differs in the others, by their names."""
    played = subprocess.run([sys.executable, tool, "compare", lar, *files], capture_output=True, text=True,
                            env=dict(os.environ, LIVE_DATA=data, LC_ALL="C.UTF-8"), timeout=600)
    differs, step = {}, None
    for line in played.stdout.splitlines():
        if match := re.match(r"DIFFERS ([^:]+): ", line):
            step = match[1]
            differs[step] = [line]
        elif step and line.startswith(" "):
            differs[step].append(line)
    summary = re.search(r"^(\d+) passed, (\d+) failed$", played.stdout, re.M)
    if not summary:
        raise SystemExit(played.stdout[-2000:] + "\n" + played.stderr[-2000:])
    return int(summary[1]), differs


def missing_terminal():
    """What an interactive scenario needs and this machine lacks, or nothing."""
    if not shutil.which("tmux"):
        return "tmux is not installed"
    try:
        for end in os.openpty():
            os.close(end)
    except OSError:
        return "no pseudo-terminals here (is /dev/pts mounted?)"
    return ""


def main():
    lar, data, tool, scenario = sys.argv[1:]
    folder = pathlib.Path(data) / "ollama-live"
    files = [folder / f"{scenario}.{kind}.json" for kind in ("scenario", "recorded")]
    for path in [pathlib.Path(tool), *files]:
        if not path.exists():
            print(f"skipped: {path.name} is missing")
            return 77
    interactive = '"repl"' in files[0].read_text()
    if interactive and (missing := missing_terminal()):
        print(f"skipped: {missing}")
        return 77
    listed = json.loads((pathlib.Path(__file__).parent / "differences.json").read_text()).get(scenario, {})
    agree, differs = play(lar, data, tool, files)

    def unexpected():
        return [name for name in differs if not any(fnmatch.fnmatch(name, pattern) for pattern in listed)]

    misread = any("JSONDecodeError" in line for name in unexpected() for line in differs[name])
    if unexpected() and (interactive or misread):
        # A screen is read after a rest, which a busy machine makes too short; one terminal may still be ending when
        # the next one starts; and the port's digits are masked in numbers too. So what differs must do so twice.
        again = play(lar, data, tool, files)[1]
        agree, differs = agree + len(differs.keys() - again.keys()), {k: v for k, v in differs.items() if k in again}
    for pattern in listed:
        if not fnmatch.filter(differs, pattern):
            print(f"agrees now, need not be listed: {pattern}")
    for name in unexpected():
        print("\n".join(differs[name]))
    print(f"{agree} steps agree, {len(differs) - len(unexpected())} differ as listed, {len(unexpected())} others differ")
    return 1 if unexpected() else 0


sys.exit(main())
