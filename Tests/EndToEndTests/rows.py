"""Reads flow files for the tests with independent readers.

Each line of standard input is a request, {"reader": "duckdb" or "pyarrow", "folder": PATH}; each line of standard output is a
response: the rows as objects, or the error as a string. Files are in the order of their paths, rows in the order of the file.
Every value is text, times are milliseconds since 1970 UTC, nulls are omitted; "file" is the file's path relative to the
folder.
"""
import glob
import json
import os
import sys


def duckdb_rows(folder):
    import duckdb
    found = duckdb.execute(
        "SELECT * REPLACE (epoch_ms(time_start) AS time_start, epoch_ms(time_end) AS time_end) "
        "FROM read_parquet(?, filename = true, file_row_number = true, hive_partitioning = false) "
        "ORDER BY filename, file_row_number", [folder + "/**/*.parquet"])
    names = [column[0] for column in found.description]
    for values in found.fetchall():
        row = dict(zip(names, values))
        row.pop("file_row_number")
        row["file"] = os.path.relpath(row.pop("filename"), folder)
        yield row


def pyarrow_rows(folder):
    import pyarrow
    import pyarrow.parquet
    for path in sorted(glob.glob(folder + "/**/*.parquet", recursive=True)):
        table = pyarrow.parquet.ParquetFile(path).read()
        for place, field in enumerate(table.schema):
            if pyarrow.types.is_timestamp(field.type):
                table = table.set_column(place, field.name, table[field.name].cast("int64"))
        for row in table.to_pylist():
            yield row | {"file": os.path.relpath(path, folder)}


for line in sys.stdin:
    request = json.loads(line)
    try:
        read = {"duckdb": duckdb_rows, "pyarrow": pyarrow_rows}[request["reader"]]
        answer = []
        if glob.glob(request["folder"] + "/**/*.parquet", recursive=True):
            answer = [{name: str(value) for name, value in row.items() if value is not None}
                      for row in read(request["folder"])]
    except Exception as error:
        answer = repr(error)
    print(json.dumps(answer), flush=True)
