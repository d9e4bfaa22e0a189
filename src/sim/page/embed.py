#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes C source that holds the files of the page: embed.py OUT.c FILE..."""
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


def main(out, *names):
    lines = ['#include "sim/page.h"', ""]
    rows = []
    for i, name in enumerate(map(pathlib.Path, names)):
        data = name.read_bytes()
        lines.append(f"static const char file_{i}[] = {{")
        for at in range(0, len(data), 16):
            lines.append("    " + "".join(f"'\\x{b:02x}'," for b in data[at : at + 16]))
        lines.append("};")
        rows.append(f'    {{"{name.name}", "{TYPES[name.suffix]}", file_{i}, sizeof(file_{i})}},')
    lines += ["", "const struct page_file page_files[] = {", *rows, "};"]
    lines.append(f"const size_t page_files_n = {len(rows)};")
    pathlib.Path(out).write_text("\n".join(lines) + "\n")


main(*sys.argv[1:])
