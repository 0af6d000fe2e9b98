#!/usr/bin/env python3
"""Checks objects that are built with the options of an instruction set.

Such an object may define names of its own and nothing else: a weak function (an inline or template
one) could be merged by the linker with the same function of another object, and the faster copy
would crash an older processor.

usage: isa_symbols.py NM OBJECT...
"""

import subprocess
import sys


def faults(nm: str, path: str) -> list[str]:
    output = subprocess.run([nm, "--defined-only", "--demangle", path], check=True,
                            capture_output=True, text=True).stdout
    found = []
    for line in output.splitlines():
        _, kind, name = line.split(maxsplit=2)
        if kind in "VvWwu":
            found.append(f"{path}: weak symbol: {name}")
        elif kind.isupper() and not name.startswith("lar::kernels::"):
            found.append(f"{path}: defines a name of another module: {name}")
    return found


def main(arguments: list[str]) -> int:
    nm, *objects = arguments
    if not objects:
        print("no objects to check: this processor family has no instruction set files")
        return 0
    found = [fault for path in objects for fault in faults(nm, path)]
    print("\n".join(found) if found else f"{len(objects)} objects are clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
