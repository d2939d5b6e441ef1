#!/usr/bin/env python3
"""Makes Sources/NetFlow/Registry/InformationElement+Registry.swift of iana-ipfix.csv beside it.

The list is IANA's registry "IPFIX Information Elements": number, name, abstract data type, and where they are given,
data type semantics and units. The Swift file holds it as one string, which the compiler takes in no time and the
program parses once, at the first look-up.
"""
import csv
import pathlib
import sys

REGISTRY = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "NetFlow" / "Registry"
HEADER = ["id", "name", "type", "semantics", "units"]


def enumerators(file, name):
    """The raw values of a Swift `enum NAME: String` in `file`."""
    values, inside = set(), False
    for line in (REGISTRY / file).read_text().splitlines():
        words = line.split()
        if "enum %s:" % name in line:
            inside = True
        elif inside and words[:1] == ["case"]:
            for case in line.split("case", 1)[1].split(","):
                left, _, right = case.partition("=")
                values.add(right.strip().strip('"') or left.strip())
        elif inside and line.startswith(("}", "  }")):
            break
    return values


def main():
    with open(REGISTRY / "iana-ipfix.csv", newline="", encoding="ascii") as file:
        rows = list(csv.reader(file))
    if rows[0] != HEADER:
        sys.exit("iana-ipfix.csv:1: the columns must be %s" % ",".join(HEADER))
    allowed = [
        (2, enumerators("AbstractType.swift", "AbstractType")),
        (3, enumerators("InformationElement.swift", "Semantics") | {""}),
        (4, enumerators("InformationElement.swift", "Units") | {""}),
    ]
    last, names = 0, set()
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(HEADER) or not last < int(row[0]) < 1 << 15 or row[1] in names or not row[1].isalnum():
            sys.exit("iana-ipfix.csv:%d: numbers must rise, names must be unique words: %s" % (line, row))
        for column, values in allowed:
            if row[column] not in values:
                sys.exit("iana-ipfix.csv:%d: unknown %s %r" % (line, HEADER[column], row[column]))
        last = int(row[0])
        names.add(row[1])
    text = "\n".join("    " + ",".join(row) for row in rows[1:])
    (REGISTRY / "InformationElement+Registry.swift").write_text(
        "// Made by scripts/generate-registry.py of iana-ipfix.csv. Do not edit.\n\n"
        "extension InformationElement {\n"
        "  /// IANA's registry, a line an element: number, name, abstract type, semantics, units.\n"
        '  static let registryText = """\n%s\n    """\n}\n' % text)


if __name__ == "__main__":
    main()
