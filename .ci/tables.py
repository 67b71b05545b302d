#!/usr/bin/env python3
"""Reads every table of bundles with Python's csv module and holds it against the datapackage.json beside it.

usage: tables.py [--text TEXT] BUNDLE...

With --text, a cell of each bundle must be exactly TEXT: a name that was meant to break a table is still that name.
Exit codes: 0; 3 something is wrong with a table.
"""

import csv
import json
import pathlib
import re
import sys

# As they are written here: Python itself would read "1_000" and " 7 ", too.
FORMS = {
    "string": r".*",
    "integer": r"-?[0-9]+",
    "number": r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?",
    "boolean": r"true|false",
}


def problems(bundle, text):
    package = json.loads((bundle / "datapackage.json").read_text(encoding="utf-8"))
    declared = {resource["path"]: resource["schema"] for resource in package["resources"]}
    for path in sorted({path.name for path in bundle.glob("*.csv")} ^ set(declared)):
        yield f"{bundle / path}: a table is not declared, or a declared one is not there"
    cells = set()
    for path, schema in declared.items():
        with open(bundle / path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, strict=True))
        fields = schema["fields"]
        if not rows or rows[0] != [field["name"] for field in fields]:
            yield f"{bundle / path}: the header is not what datapackage.json says"
            continue
        for number, row in enumerate(rows[1:], start=2):
            cells.update(row)
            if len(row) != len(fields):
                yield f"{bundle / path}: row {number} has {len(row)} cells of {len(fields)}"
                continue
            for field, cell in zip(fields, row):
                if cell in schema["missingValues"]:
                    continue
                if not re.fullmatch(FORMS[field["type"]], cell, re.DOTALL):
                    yield f"{bundle / path}: row {number}, {field['name']}: {cell!r} is no {field['type']}"
    if text is not None and text not in cells:
        yield f"{bundle}: no cell is {text!r}"


def main(arguments):
    text = None
    if arguments[:1] == ["--text"]:
        text, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    found = [problem for bundle in arguments for problem in problems(pathlib.Path(bundle), text)]
    for problem in found:
        print(f"tables: {problem}", file=sys.stderr)
    print(f"tables: {len(arguments)} bundles, {len(found)} problems")
    sys.exit(3 if found else 0)


main(sys.argv[1:])
