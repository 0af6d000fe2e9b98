#!/usr/bin/env python3
"""Holds the source tree to its rules; prints each breach and exits with 1.

- A module includes only headers of itself and of the modules it names in DEPS (with their DEPS).
- Modules are listed in src/CMakeLists.txt below all that they depend on.
- getenv is called in cli/environment.cpp alone.
- A switch on a tensor type stands in quant/ alone.
- CLI11, slow to compile, is included in cli/arguments.cpp alone.
- Every header begins with a comment and `#pragma once`.
- The loader of model files multiplies sizes by checked_mul alone.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
# Files that compute with numbers that a model file states.
LOADER = ["src/gguf/cursor.cpp", "src/gguf/parser.cpp", "src/gguf/reader.cpp", "src/gguf/split.cpp"]
problems = []


def listed_modules():
    text = (SRC / "CMakeLists.txt").read_text()
    return re.findall(r"^add_subdirectory\((\w+)\)", text, re.M)


def direct_deps(module):
    text = (SRC / module / "CMakeLists.txt").read_text()
    call = re.search(r"lar_module\(%s(.*?)\)" % module, text, re.S)
    if not call:
        problems.append(f"src/{module}/CMakeLists.txt: no lar_module({module} ...)")
        return []
    part = re.search(r"\bDEPS\b(.*?)(?:\bLIBS\b|\bSRCS\b|\bPCH\b|$)", call.group(1), re.S)
    return part.group(1).split() if part else []


modules = listed_modules()
deps = {module: direct_deps(module) for module in modules}


def reachable(module, seen=None):
    seen = set() if seen is None else seen
    for dep in deps.get(module, []):
        if dep not in seen:
            seen.add(dep)
            reachable(dep, seen)
    return seen


for position, module in enumerate(modules):
    for dep in deps[module]:
        if dep not in modules[:position]:
            problems.append(f"{module} depends on {dep}, which is not listed above it")

for path in sorted(SRC.rglob("*")):
    if path.suffix not in (".h", ".cpp"):
        continue
    name = path.relative_to(ROOT)
    module = path.relative_to(SRC).parts[0]
    text = path.read_text()
    allowed = reachable(module) | {module}
    for include in re.findall(r'^#include "([^"]+)"', text, re.M):
        target = include.split("/")[0]
        if target in modules and target not in allowed:
            problems.append(f"{name}: includes {include}, but {module} does not depend on {target}")
        if "/" not in include:
            problems.append(f"{name}: include {include} is not rooted at src/")
    if re.search(r"\bgetenv\(", text) and str(name) != "src/cli/environment.cpp":
        problems.append(f"{name}: getenv outside cli/environment.cpp")
    if "<CLI/" in text and str(name) != "src/cli/arguments.cpp":
        problems.append(f"{name}: includes CLI11, which belongs to cli/arguments.cpp")
    if module not in ("quant", "tensor") and re.search(r"case DType::", text):
        problems.append(f"{name}: a switch on a tensor type outside quant/")
    if str(name) in LOADER:
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', "", text)
        # The formatter puts spaces around an operator and none after a pointer's star.
        for product in re.findall(r"[\w)\]] (?:\*|\*=|<<) [\w(].*", code):
            problems.append(f"{name}: raw product of sizes: {product.strip()}")
    if path.suffix == ".h":
        if "#pragma once" not in text:
            problems.append(f"{name}: no #pragma once")
        if not text.startswith("//"):
            problems.append(f"{name}: does not say in its first lines what it is")

for problem in problems:
    print(problem)
print(f"{len(modules)} modules checked, {len(problems)} problems")
sys.exit(1 if problems else 0)
