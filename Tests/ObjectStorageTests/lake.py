#!/usr/bin/env python3
"""Reads and writes objects with other programs.

lake.py make FOLDER
    Writes flow files of a few hours into FOLDER, as in a store.
lake.py compare ENDPOINT BUCKET PREFIX KEY SECRET FOLDER
    Reads the bucket's files over S3 with pyarrow, and those of FOLDER with DuckDB; both must have the same rows.
lake.py put ENDPOINT BUCKET OBJECT FILE KEY SECRET
    Uploads a file with OSS's own SDK, in path style.
"""
import pathlib
import random
import sys


def make(folder):
    import pyarrow
    import pyarrow.parquet

    random.seed(1)
    for hour in range(4):
        directory = pathlib.Path(folder) / "date=2026-01-31" / f"hour={hour:02}"
        directory.mkdir(parents=True)
        for number in range(3):
            rows = 400_000 if number == 0 else 500
            table = pyarrow.table({
                "time_start": pyarrow.array([1769817600000 + hour * 3600_000 + i for i in range(rows)], pyarrow.int64()),
                "src_addr": [f"10.{random.randrange(256)}.{random.randrange(256)}.1" for _ in range(rows)],
                "bytes": pyarrow.array([random.getrandbits(40) for _ in range(rows)], pyarrow.uint64()),
            })
            pyarrow.parquet.write_table(table, directory / f"flows-host-{hour}-{number}.parquet", compression="none")


def compare(endpoint, bucket, prefix, key, secret, folder):
    import duckdb
    import pyarrow.dataset
    import pyarrow.fs

    scheme, host = endpoint.split("://")
    files = pyarrow.fs.S3FileSystem(
        access_key=key, secret_key=secret, scheme=scheme, endpoint_override=host, region="us-east-1")
    lake = pyarrow.dataset.dataset(
        f"{bucket}/{prefix}", filesystem=files, format="parquet", partitioning="hive").to_table()
    question = "SELECT count(*), sum(bytes), count(DISTINCT src_addr), min(time_start), max(time_start), count(DISTINCT hour) FROM "
    theirs = duckdb.sql(question + "lake").fetchall()
    ours = duckdb.sql(question + f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)").fetchall()
    print(theirs, ours)
    names = sorted(f.path for f in files.get_file_info(pyarrow.fs.FileSelector(f"{bucket}/{prefix}", recursive=True))
                   if f.is_file)
    expected = sorted(f"{bucket}/{prefix}{f.relative_to(folder)}" for f in pathlib.Path(folder).glob("**/*.parquet"))
    if theirs != ours or names != expected:
        sys.exit(f"{names}\n{expected}")


def put(endpoint, bucket, name, path, key, secret):
    import alibabacloud_oss_v2 as oss

    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(key, secret)
    config.region, config.endpoint, config.use_path_style = "cn-hangzhou", endpoint, True
    with open(path, "rb") as file:
        answer = oss.Client(config).put_object(
            oss.PutObjectRequest(bucket=bucket, key=name, body=file, forbid_overwrite="true"))
    print(answer.status_code, answer.hash_crc64)


if __name__ == "__main__":
    {"make": make, "compare": compare, "put": put}[sys.argv[1]](*sys.argv[2:])
