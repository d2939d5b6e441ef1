#!/usr/bin/env python3
"""rewrite.py: rewrites the flow files in ours/ with other programs, into this folder.

ours/ is the output of `sagflow replay -o` for real/softflowd-v10-biflow, real/pmacctd-v9, real/nfreplay-v9 and
real/softflowd-v10-nano-ether. The tests run the same queries on all of them.
"""
import glob
import os

import duckdb
import fastparquet
import polars
import pyarrow
import pyarrow.parquet as parquet

os.chdir(os.path.dirname(os.path.abspath(__file__)))
files = sorted(glob.glob("ours/*.parquet"))
table = pyarrow.concat_tables([parquet.ParquetFile(file).read() for file in files]).replace_schema_metadata(None)
texts = {field.name for field in table.schema if pyarrow.types.is_string(field.type)}


def nanoseconds():
    def field(old):
        return pyarrow.field(old.name, pyarrow.timestamp("ns", tz="UTC")) if old.name.startswith("time_") else old

    return table.cast(pyarrow.schema([field(old) for old in table.schema]))


duck = duckdb.connect()
duck.execute("SET TimeZone = 'UTC'")
# Microseconds, Snappy, every column optional.
duck.execute(f"COPY (SELECT * FROM read_parquet({files!r})) TO 'duckdb.parquet' (FORMAT parquet)")
# Delta encodings.
duck.execute(
    f"COPY (SELECT * FROM read_parquet({files!r})) TO 'duckdb-v2.parquet' (FORMAT parquet, PARQUET_VERSION v2)")
parquet.write_table(table, "pyarrow.parquet")
parquet.write_table(nanoseconds(), "pyarrow-v2.parquet", data_page_version="2.0")
parquet.write_table(
    table, "pyarrow-delta.parquet", use_dictionary=False, coerce_timestamps="us",
    column_encoding={name: "DELTA_BYTE_ARRAY" if name in texts else "DELTA_BINARY_PACKED" for name in table.column_names})
polars.from_arrow(table).write_parquet("polars.parquet")
fastparquet.write("fastparquet.parquet", table.to_pandas(), compression="SNAPPY", row_group_offsets=50)
