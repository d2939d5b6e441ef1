#!/usr/bin/env python3
"""Generates two Swift files from iana-ipfix.csv; with --check, reports whether they are up to date.

The list is IANA's registry "IPFIX Information Elements": number, name, abstract data type, and where they are given,
data type semantics and units. InformationElement+Registry.swift contains it as one string, which compiles
quickly and is parsed once, at the first lookup. InformationElementID+Registry.swift names each number.
"""
import csv
import pathlib
import sys

REGISTRY = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "NetFlow" / "Registry"
ELEMENTS = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "FlowModel" / "Elements"
HEADER = ["id", "name", "type", "semantics", "units"]
MADE = "// Made by scripts/generate-registry.py of iana-ipfix.csv. Do not edit.\n"


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


def read():
    """The registry's rows, once they are known to be sound."""
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
    return rows[1:]


def registry(rows):
    """The text of InformationElement+Registry.swift."""
    text = "\n".join("    " + ",".join(row) for row in rows)
    return (
        MADE + "\nextension InformationElement {\n"
        "  /// IANA's registry, a line an element: number, name, abstract type, semantics, units.\n"
        '  static let registryText = """\n%s\n    """\n}\n' % text)


def identifiers(rows):
    """The text of InformationElementID+Registry.swift."""
    text = ""
    for number, name, *meaning in rows:
        text += "  /// %s\n" % ", ".join([number] + [word for word in meaning if word])
        text += "  @inlinable public static var %s: Self { Self(rawValue: %s) }\n" % (name, number)
    return (
        MADE + "// Some of IANA's names begin with a capital letter.\n"
        "// swift-format-ignore-file: AlwaysUseLowerCamelCase\n\n"
        "extension InformationElementID {\n%s}\n" % text)


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: generate-registry.py [--check]")
    rows = read()
    files = {
        REGISTRY / "InformationElement+Registry.swift": registry(rows),
        ELEMENTS / "InformationElementID+Registry.swift": identifiers(rows),
    }
    for path, text in files.items():
        if sys.argv[1:] and (not path.exists() or path.read_text() != text):
            sys.exit("%s is not what iana-ipfix.csv says; run scripts/generate-registry.py" % path.name)
        if not sys.argv[1:]:
            path.write_text(text)


if __name__ == "__main__":
    main()
