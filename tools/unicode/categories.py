#!/usr/bin/env python3
"""Writes src/tokenizer/unicode_categories.inc: the general category of every code point as runs.

usage: categories.py [OUTPUT]

Takes the data from the package unicodedata2 (16.0.0, the Unicode version of the reference
tokenizers), so that the same text gives the same tokens whatever libraries a machine has.
"""
import pathlib
import sys

import unicodedata2 as unicodedata

VERSION = "16.0.0"


def runs():
    """(first code point, category) of each run of equal categories, from U+0000 on."""
    previous = None
    for code_point in range(0x110000):
        category = unicodedata.category(chr(code_point))
        if category != previous:
            yield code_point, category
            previous = category


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"need Unicode {VERSION}, have {unicodedata.unidata_version}")
    root = pathlib.Path(__file__).resolve().parents[2]
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else (
        root / "src/tokenizer/unicode_categories.inc")
    cells = [f"{{0x{first:X},k{category}}}," for first, category in runs()]
    lines = [f"// Unicode {VERSION}: {len(cells)} runs. Made by tools/unicode/categories.py."]
    line = ""
    for cell in cells:
        if len(line) + len(cell) > 98:
            lines.append(line)
            line = ""
        line += cell
    lines.append(line)
    output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
