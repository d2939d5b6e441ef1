"""Reads the tests' files with another program's reader and compares every value.

usage: verify.py READER FOLDER      each folder in FOLDER has file.parquet and its expected content (RandomFile.swift)
"""

import json
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TYPES = {
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "int32": pa.int32(),
    "uint64": pa.uint64(),
    "int64": pa.int64(),
    "timestampMilliseconds": pa.timestamp("ms", tz="UTC"),
    "string": pa.string(),
    "bytes": pa.binary(),
}
# Bounds longer than this are omitted from the footer.
LONGEST_BOUND = 4096


class Expected:
    """The expected content of a file."""

    def __init__(self, folder):
        self.path = str(folder / "file.parquet")
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.columns = {}
        for index, column in enumerate(self.manifest["columns"]):
            nulls = np.frombuffer((folder / f"{index}.nulls").read_bytes(), np.uint8).astype(bool)
            values = (folder / f"{index}.values").read_bytes()
            lengths = np.frombuffer((folder / f"{index}.lengths").read_bytes(), np.uint32)
            self.columns[column["name"]] = self.array(column["type"], values, lengths, nulls)

    @staticmethod
    def array(name, raw, lengths, nulls):
        kind = TYPES[name]
        if name in ("string", "bytes"):
            offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
            assert offsets[-1] == len(raw) and len(lengths) == len(nulls)
            mask = pa.array(~nulls).buffers()[1]
            buffers = [mask, pa.py_buffer(offsets), pa.py_buffer(raw)]
            return pa.Array.from_buffers(pa.binary(), len(nulls), buffers).cast(kind)
        signed = name in ("int32", "int64", "timestampMilliseconds")
        numbers = np.frombuffer(raw, np.int64 if signed else np.uint64)
        assert len(numbers) == len(nulls)
        if name == "timestampMilliseconds":
            return pa.array(numbers, pa.int64(), mask=nulls).cast(kind)
        return pa.array(numbers.astype(name), kind, mask=nulls)


def difference(expected, actual):
    """Returns where two arrays differ, or None."""
    if len(expected) != len(actual):
        return f"{len(actual)} rows instead of {len(expected)}"
    if expected.equals(actual):
        return None
    for row, (want, got) in enumerate(zip(expected.to_pylist(), actual.to_pylist())):
        if want != got:
            return f"row {row}: {got!r} instead of {want!r}"
    return "types differ: " + str(actual.type) + " instead of " + str(expected.type)


def compare(expected, table, problems):
    for name, want in expected.columns.items():
        got = table.column(name)
        got = pa.concat_arrays([pa.array([], want.type), *got.cast(want.type).chunks])
        problem = difference(want, got)
        if problem:
            problems.append(f"{name}: {problem}")


def check_footer(expected, problems):
    """Checks statistics, sorting, offsets and texts of the footer, as read by pyarrow."""
    manifest = expected.manifest
    file = pq.ParquetFile(expected.path)
    footer = file.metadata

    def same(what, got, want):
        if got != want:
            problems.append(f"{what}: {got!r} instead of {want!r}")

    same("created_by", footer.created_by, manifest["createdBy"])
    metadata = {key.decode(): value.decode() for key, value in (footer.metadata or {}).items()}
    same("metadata", metadata, manifest["metadata"])
    same("row groups", [footer.row_group(i).num_rows for i in range(footer.num_row_groups)], manifest["rowGroups"])
    first_row, offset = 0, 4
    for group_index, row_count in enumerate(manifest["rowGroups"]):
        group = footer.row_group(group_index)
        sorting = [[s.column_index, int(s.descending), int(s.nulls_first)] for s in group.sorting_columns]
        same("sorting columns", sorting, manifest["sortedBy"])
        total = 0
        for index, column in enumerate(manifest["columns"]):
            name = column["name"]
            chunk = group.column(index)
            where = f"{name} in row group {group_index}"
            begin = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
            same(f"{where}: offset", begin, offset)
            offset += chunk.total_compressed_size
            total += chunk.total_uncompressed_size
            same(f"{where}: values", chunk.num_values, row_count)
            values = expected.columns[name].slice(first_row, row_count)
            check_statistics(where, column["type"], values, chunk.statistics, same)
        same(f"row group {group_index}: size", group.total_byte_size, total)
        first_row += row_count


def check_statistics(where, kind, values, statistics, same):
    same(f"{where}: null count", statistics.null_count, values.null_count)
    if values.null_count == len(values):
        return same(f"{where}: has bounds", statistics.has_min_max, False)
    is_text = kind in ("string", "bytes")
    # Text is ordered by octets, times as numbers.
    plain = values.cast(pa.binary() if is_text else pa.int64()) if is_text or kind.startswith("time") else values
    want = tuple(bound.as_py() for bound in pc.min_max(plain).values())
    if is_text and max(map(len, want)) > LONGEST_BOUND:
        return None
    got = [statistics.min_raw, statistics.max_raw]
    if is_text:
        got = [value.encode() if isinstance(value, str) else value for value in got]
    elif kind.startswith("uint"):
        bits = 64 if kind == "uint64" else 32
        got = [value % (1 << bits) for value in got]
    return same(f"{where}: bounds", tuple(got), want)


def read_pyarrow(expected, problems):
    compare(expected, pq.read_table(expected.path, page_checksum_verification=True), problems)
    check_footer(expected, problems)


def read_duckdb(expected, problems):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    relation = f"read_parquet('{expected.path}')"
    compare(expected, connection.sql(f"select * from {relation}").to_arrow_table(), problems)
    # A filter uses the statistics first: values in the column must be found.
    for name, values in expected.columns.items():
        present = values.drop_null()
        if not len(present) or pa.types.is_timestamp(values.type):
            continue
        for value in (present[0], present[len(present) - 1]):
            query = f'select count(*) from {relation} where "{name}" = ?'
            got = connection.execute(query, [value.as_py()]).fetchall()[0][0]
            want = pc.sum(pc.equal(present, value)).as_py()
            if got != want:
                problems.append(f"{name}: a filter finds {got} rows instead of {want}")


def read_polars(expected, problems):
    import polars

    compare(expected, polars.read_parquet(expected.path).to_arrow(), problems)


def read_fastparquet(expected, problems):
    import fastparquet

    file = fastparquet.ParquetFile(expected.path)
    frame = file.to_pandas()
    mixed = mixed_string_columns(file)
    check_fall_back(expected, file, problems)
    for name, want in expected.columns.items():
        if len(want) == 0 or name in mixed:
            continue
        problem = difference(want, fastparquet_array(frame[name], want))
        if problem:
            problems.append(f"{name}: {problem}")


def check_fall_back(expected, file, problems):
    """Checks that a dictionary that has grown too large is abandoned in mid-chunk: first its pages, then PLAIN ones."""
    page_limit = expected.manifest["pageRowLimit"]
    for group in file.row_groups:
        for chunk in group.columns:
            data = chunk.meta_data
            if data.path_in_schema != ["uint32_0"] or not 1 < page_limit < data.num_values:
                continue
            pages = [(pages.page_type, pages.encoding) for pages in data.encoding_stats]
            if pages != [(2, 0), (0, 8), (0, 0)]:
                problems.append(f"uint32_0: pages and encodings {pages}")


def mixed_string_columns(file):
    """Returns byte-array columns that have both PLAIN and dictionary pages: fastparquet 2026.9 loses the values of the
    former, also in files written by Arrow."""
    encodings = {}
    for group in file.row_groups:
        for chunk in group.columns:
            data = chunk.meta_data
            if data.type == 6 and data.statistics.null_count < data.num_values:
                kinds = encodings.setdefault(".".join(data.path_in_schema), set())
                kinds.update(pages.encoding for pages in data.encoding_stats if pages.page_type == 0)
    return {name for name, kinds in encodings.items() if len(kinds) > 1}


def fastparquet_array(series, want):
    if pa.types.is_binary(want.type) or pa.types.is_string(want.type):
        values = [None if value is None or value != value else value for value in series]
        return pa.array(values, want.type)
    return pa.Array.from_pandas(series).cast(want.type)


def main():
    reader = {
        "pyarrow": read_pyarrow,
        "duckdb": read_duckdb,
        "polars": read_polars,
        "fastparquet": read_fastparquet,
    }[sys.argv[1]]
    failed = False
    folders = sorted(pathlib.Path(sys.argv[2]).iterdir())
    assert folders, "no files to read"
    for folder in folders:
        expected = Expected(folder)
        problems = []
        try:
            reader(expected, problems)
        except Exception as error:  # the reader could not read the file: that is the finding
            problems.append(f"{type(error).__name__}: {error}")
        for problem in problems[:10]:
            print(f"{folder.name}: {problem[:400]}")
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
