#!/usr/bin/env python3
"""ask.py STORE < QUERIES

Each line of standard input is an SQL query as a JSON string, over the table `flows`; prints the rows of each as a line of JSON.
In `flows`, counters are multiplied by the sampling rate, as `top` and `query` do.
"""
import json
import sys

import duckdb

connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
connection.execute("""
    CREATE MACRO v4(a) AS CASE WHEN contains(a, ':') THEN NULL ELSE
        split_part(a, '.', 1)::BIGINT * 16777216 + split_part(a, '.', 2)::BIGINT * 65536
        + split_part(a, '.', 3)::BIGINT * 256 + split_part(a, '.', 4)::BIGINT END""")
connection.execute("CREATE MACRO dotted(n) AS concat_ws('.', n // 16777216, n // 65536 % 256, n // 256 % 256, n % 256)")
connection.execute(f"""
    CREATE TABLE flows AS SELECT * REPLACE (
        (bytes::HUGEINT * greatest(sampling_rate, 1)) AS bytes, (packets::HUGEINT * greatest(sampling_rate, 1)) AS packets),
        greatest(epoch_ms(time_end) - epoch_ms(time_start), 0) AS duration
    FROM read_parquet('{sys.argv[1]}/**/*.parquet', hive_partitioning = false)""")
for line in sys.stdin:
    rows = connection.execute(json.loads(line)).fetchall()
    print(json.dumps([[str(value) if value is not None else "" for value in row] for row in rows]))
