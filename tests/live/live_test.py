#!/usr/bin/env python3
"""live_test.py LAR DATA LIVE.PY SCENARIO: the program answers as the recording, but for the listed differences.

DATA is the folder of test data; SCENARIO is the name of a file in its ollama-live folder without ".scenario.json".
Exit code 77 (skipped) where the data is missing.
"""
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys


def main():
    lar, data, tool, scenario = sys.argv[1:]
    folder = pathlib.Path(data) / "ollama-live"
    files = [folder / f"{scenario}.{kind}.json" for kind in ("scenario", "recorded")]
    for path in [pathlib.Path(tool), *files]:
        if not path.exists():
            print(f"skipped: {path.name} is missing")
            return 77
    listed = json.loads((pathlib.Path(__file__).parent / "differences.json").read_text()).get(scenario, {})
    played = subprocess.run([sys.executable, tool, "compare", lar, *files], capture_output=True, text=True,
                            env=dict(os.environ, LIVE_DATA=data), timeout=600)
    differs, step = {}, None
    for line in played.stdout.splitlines():
        if match := re.match(r"DIFFERS ([^:]+): ", line):
            step = match[1]
            differs[step] = [line]
        elif step and line.startswith(" "):
            differs[step].append(line)
    summary = re.search(r"^(\d+) passed, (\d+) failed$", played.stdout, re.M)
    if not summary:
        print(played.stdout[-2000:], played.stderr[-2000:], sep="\n")
        return 1
    for pattern in listed:
        if not fnmatch.filter(differs, pattern):
            print(f"agrees now, need not be listed: {pattern}")
    unexpected = [name for name in differs if not any(fnmatch.fnmatch(name, pattern) for pattern in listed)]
    for name in unexpected:
        print("\n".join(differs[name]))
    print(f"{summary[1]} steps agree, {len(differs) - len(unexpected)} differ as listed, {len(unexpected)} others differ")
    return 1 if unexpected else 0


sys.exit(main())
