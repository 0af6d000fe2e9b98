#!/usr/bin/env python3
"""Whether programs are built to make an attacker's work hard: hardening.py [--fortified] FILE...

Position-independent, all relocations read-only and bound at start, no stack or segment that can be
written and run, stack protector; with --fortified also the checked forms of the C library.
Prints what is missing and exits with 1.
"""
import re
import subprocess
import sys


def readelf(options, path):
    return subprocess.run(["readelf", "-W", *options, path], check=True, text=True,
                          capture_output=True).stdout


def problems_of(path, fortified):
    header, segments, dynamic, symbols = (
        readelf([option], path) for option in ("-h", "-l", "-d", "--dyn-syms"))
    flags = re.findall(r"^\s+(LOAD|GNU_STACK)\s.*?\s([RWE ]{3})\s+0x\w+$", segments, re.M)
    if not re.search(r"Type:\s+DYN", header) or "INTERP" not in segments:
        yield "not position-independent"
    if "GNU_RELRO" not in segments:
        yield "no read-only relocations"
    if "NOW" not in dynamic:
        yield "relocations are not bound at start"
    if not any(name == "GNU_STACK" for name, _ in flags):
        yield "says nothing about the stack"
    for name, access in flags:
        if "E" in access and ("W" in access or name == "GNU_STACK"):
            yield f"{name} can be written and run"
    if "__stack_chk_fail" not in symbols:
        yield "no stack protector"
    if fortified and not re.search(r"__(memcpy|memmove|memset|read|recv|fgets|snprintf)_chk", symbols):
        yield "no fortified calls"
    if "RPATH" in dynamic or "RUNPATH" in dynamic:
        yield "looks for libraries in a folder of its own"


def main():
    arguments = sys.argv[1:]
    fortified = "--fortified" in arguments
    found = [f"{path}: {problem}" for path in arguments if path != "--fortified"
             for problem in problems_of(path, fortified)]
    print("\n".join(found) or "hardened")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
