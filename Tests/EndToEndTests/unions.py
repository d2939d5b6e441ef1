"""Queries a store whose files have different columns with another program, as documented.

unions.py STORE PROGRAM COLUMN...     PROGRAM: duckdb, pyarrow, polars, chdb

The store's folder must be named `flows`. Prints a JSON object: for each column the groups of its values in the files of each
day, as [day, value or null, rows, packets, octets], all as text.
"""

import glob
import json
import os
import pathlib
import sys

VIEWS = pathlib.Path(__file__).resolve().parents[2] / "docs/views.sql"
QUESTION = """
    SELECT CAST(date AS {text}), CAST({column} AS {text}), CAST(count(*) AS {text}), CAST(sum(packets) AS {text}),
        CAST(sum(bytes) AS {text})
    FROM {table} GROUP BY date, {column}"""


def ask_duckdb(store, columns):
    import duckdb
    os.chdir(pathlib.Path(store).parent)
    connection = duckdb.connect()
    connection.execute(VIEWS.read_text())
    for column in columns:
        yield connection.execute(QUESTION.format(text="VARCHAR", column=column, table="flows")).fetchall()


def ask_pyarrow(store, columns):
    import pyarrow as pa
    import pyarrow.dataset as ds
    flows = ds.dataset(store, partitioning="hive")
    schema = max((file.physical_schema for file in flows.get_fragments()), key=len)
    schema = pa.unify_schemas([flows.schema, schema])
    flows = flows.replace_schema(pa.schema([field.with_nullable(True) for field in schema]))
    for column in columns:
        table = flows.to_table(columns=["date", column, "packets", "bytes"])
        groups = table.group_by(["date", column]).aggregate([([], "count_all"), ("packets", "sum"), ("bytes", "sum")])
        yield [
            (row["date"], row[column], row["count_all"], row["packets_sum"], row["bytes_sum"]) for row in groups.to_pylist()]


def ask_polars(store, columns):
    import polars as pl
    files = f"{store}/date=*/hour=*/*.parquet"
    schema = max((pl.read_parquet_schema(file) for file in glob.glob(files)), key=len)
    flows = pl.scan_parquet(files, schema=schema, missing_columns="insert", hive_partitioning=True)
    for column in columns:
        yield flows.group_by("date", column).agg(pl.len(), pl.sum("packets"), pl.sum("bytes")).collect().rows()


def ask_chdb(store, columns):
    import chdb
    for column in columns:
        question = QUESTION.format(text="Nullable(String)", column=column, table=f"file('{store}/**/*.parquet')")
        answer = chdb.query(question + " SETTINGS schema_inference_mode = 'union'", "JSONCompactEachRow")
        yield [json.loads(line) for line in str(answer).splitlines()]


store, program, *columns = sys.argv[1:]
answers = {"duckdb": ask_duckdb, "pyarrow": ask_pyarrow, "polars": ask_polars, "chdb": ask_chdb}[program](store, columns)
print(json.dumps({
    column: [[None if value is None else str(value) for value in row] for row in rows]
    for column, rows in zip(columns, answers, strict=True)}))
