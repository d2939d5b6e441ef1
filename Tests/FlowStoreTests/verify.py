"""Reads the store's files with other programs and compares them with the input.

usage: verify.py rows MANIFEST...  output of RowsTests: every column of every row, types, order, statistics, metadata
       verify.py count FOLDER      number of rows in all committed files, reading every value
"""

import ipaddress
import json
import pathlib
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

# The schema: name, Arrow type, DuckDB type, whether nulls occur.
TIME = (pa.timestamp("ms", tz="UTC"), "TIMESTAMP WITH TIME ZONE")
TEXT = (pa.string(), "VARCHAR")
U8, U16 = (pa.uint8(), "UTINYINT"), (pa.uint16(), "USMALLINT")
U32, U64 = (pa.uint32(), "UINTEGER"), (pa.uint64(), "UBIGINT")
SCHEMA = [
    ("time_start", TIME, False),
    ("time_end", TIME, False),
    ("exporter_addr", TEXT, False),
    ("observation_domain_id", U32, False),
    ("flow_type", TEXT, False),
    ("src_addr", TEXT, False),
    ("dst_addr", TEXT, False),
    ("src_port", U16, False),
    ("dst_port", U16, False),
    ("proto", U8, False),
    ("tcp_flags", U16, False),
    ("ip_tos", U8, False),
    ("icmp_type", U8, False),
    ("icmp_code", U8, False),
    ("bytes", U64, False),
    ("packets", U64, False),
    ("flows", U32, False),
    ("sampling_rate", U32, False),
    ("in_if", U32, False),
    ("out_if", U32, False),
    ("direction", TEXT, True),
    ("src_as", U32, False),
    ("dst_as", U32, False),
    ("src_mask", U8, False),
    ("dst_mask", U8, False),
    ("next_hop", TEXT, True),
    ("src_vlan", U16, False),
    ("dst_vlan", U16, False),
    ("src_mac", TEXT, True),
    ("dst_mac", TEXT, True),
    ("end_reason", U8, False),
    ("app_id", TEXT, True),
    ("post_nat_src_addr", TEXT, True),
    ("post_nat_dst_addr", TEXT, True),
    ("post_nat_src_port", U16, False),
    ("post_nat_dst_port", U16, False),
    ("mpls_labels", TEXT, True),
    ("vrf_id", U32, False),
    ("extra", TEXT, True),
    ("in_if_name", TEXT, True),
    ("out_if_name", TEXT, True),
    ("app_name", TEXT, True),
    ("vrf_name", TEXT, True),
    ("nat_event", U8, False),
    ("firewall_event", U8, False),
    ("forwarding_status", U8, False),
    ("port_block_start", U16, False),
    ("port_block_end", U16, False),
    ("layer2_segment_id", U32, False),
    ("mpls_top_label_addr", TEXT, True),
    ("src_label", TEXT, True),
    ("dst_label", TEXT, True),
    ("src_country", TEXT, True),
    ("dst_country", TEXT, True),
    ("src_as_name", TEXT, True),
    ("dst_as_name", TEXT, True),
    ("exporter_name", TEXT, True),
    ("reverse_bytes", U64, True),
    ("reverse_packets", U64, True),
]
NAMES = [name for name, _, _ in SCHEMA]
# Physical and logical type in the file.
PARQUET = {
    TIME: ("INT64", "Timestamp(isAdjustedToUTC=true, timeUnit=milliseconds"),
    TEXT: ("BYTE_ARRAY", "String"),
    U8: ("INT32", "Int(bitWidth=8, isSigned=false)"),
    U16: ("INT32", "Int(bitWidth=16, isSigned=false)"),
    U32: ("INT32", "Int(bitWidth=32, isSigned=false)"),
    U64: ("INT64", "Int(bitWidth=64, isSigned=false)"),
}
SORTED_BY = ["exporter_addr", "src_addr", "dst_addr"]

problems = []


def same(what, got, want):
    if got != want:
        problems.append(f"{what}: {got!r} instead of {want!r}"[:500])


def address(digits):
    value = int(digits, 16)
    return str(ipaddress.IPv4Address(value & 0xFFFFFFFF) if value >> 32 == 0xFFFF else ipaddress.IPv6Address(value))


def mac(value):
    return value.to_bytes(6, "big").hex(":") if value else None


def wanted(row):
    """Returns the expected row, with times as milliseconds."""
    addresses = [address(digits) for digits in row["addresses"]]
    optional = [None if text == "::" else text for text in addresses]
    engine, selector = row["application"]
    labels = [str(entry >> 4) for entry in row["labels"] if entry]
    values = {
        "time_start": row["start"],
        "time_end": row["end"],
        "exporter_addr": addresses[0],
        "flow_type": {5: "netflow_v5", 9: "netflow_v9", 10: "ipfix", 0: "mixed"}[row["version"]],
        "src_addr": addresses[1],
        "dst_addr": addresses[2],
        "direction": {0: None, 1: "ingress", 2: "egress"}[row["direction"]],
        "next_hop": optional[3],
        "src_mac": mac(row["macs"][0]),
        "dst_mac": mac(row["macs"][1]),
        "app_id": f"{engine}:{selector}" if engine else None,
        "post_nat_src_addr": optional[4],
        "post_nat_dst_addr": optional[5],
        "mpls_top_label_addr": optional[6],
        "mpls_labels": "/".join(labels) or None,
        "extra": row["extra"] or None,
        **row["numbers"],
        **{name: count or None for name, count in row["reverse"].items()},
        **row["names"],
    }
    return tuple(values.get(name) for name in NAMES)


def rank(row):
    """Returns the sort key of a row: texts compare by octets."""
    return tuple(row[NAMES.index(name)].encode() for name in SORTED_BY)


def compare(what, got, want):
    same(f"{what}: rows", len(got), len(want))
    for number, (one, other) in enumerate(zip(got, want)):
        for name, left, right in zip(NAMES, one, other):
            same(f"{what}: row {number}: {name}", left, right)
        if len(problems) > 10:
            return


def read_pyarrow(path):
    table = pq.read_table(path, page_checksum_verification=True)
    columns = [
        (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()
        for column in table.columns
    ]
    return list(zip(*columns))


def read_duckdb(path):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    relation = f"read_parquet('{path}', hive_partitioning = false)"
    described = connection.execute(f"describe select * from {relation}").fetchall()
    same("DuckDB's columns", [row[:2] for row in described], [(name, kinds[1]) for name, kinds, _ in SCHEMA])
    wanted = ", ".join(f"epoch_ms({name})" if kinds is TIME else name for name, kinds, _ in SCHEMA)
    return connection.execute(f"select {wanted} from {relation}").fetchall()


def check_schema(file):
    same("columns", file.schema.names, NAMES)
    arrow = file.schema_arrow
    for index, (name, kinds, optional) in enumerate(SCHEMA):
        column = file.schema.column(index)
        physical, logical = PARQUET[kinds]
        same(f"{name}: physical type", column.physical_type, physical)
        same(f"{name}: logical type", str(column.logical_type)[: len(logical)], logical)
        same(f"{name}: levels", (column.max_definition_level, column.max_repetition_level), (int(optional), 0))
        same(f"{name}: Arrow type", arrow.field(index).type, kinds[0])
        same(f"{name}: nullable", arrow.field(index).nullable, optional)


def check_statistics(group, rows):
    for index, (name, kinds, _) in enumerate(SCHEMA):
        statistics = group.column(index).statistics
        values = [row[index] for row in rows if row[index] is not None]
        same(f"{name}: null count", statistics.null_count, len(rows) - len(values))
        same(f"{name}: has bounds", statistics.has_min_max, bool(values) and len(max(map(str, values), key=len)) < 4096)
        if not statistics.has_min_max:
            continue
        got = [statistics.min_raw, statistics.max_raw]
        if kinds is TEXT:
            got = [bound.encode() if isinstance(bound, str) else bound for bound in got]
            values = [value.encode() for value in values]
        elif kinds is not TIME:
            got = [bound % (1 << (64 if kinds is U64 else 32)) for bound in got]
        same(f"{name}: bounds", got, [min(values), max(values)])


def check_footer(file, manifest, rows):
    footer = file.metadata
    same("created_by", footer.created_by, manifest["createdBy"])
    metadata = {key.decode(): value.decode() for key, value in footer.metadata.items()}
    times = {
        "sagflow.time_start_ms": str(min(row[0] for row in rows)),
        "sagflow.time_end_ms": str(max(row[1] for row in rows)),
    }
    same("metadata", metadata, {**manifest["metadata"], **times})
    first = 0
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        sorting = [(entry.column_index, entry.descending, entry.nulls_first) for entry in group.sorting_columns]
        same("sorting columns", sorting, [(NAMES.index(name), False, False) for name in SORTED_BY])
        part = rows[first : first + group.num_rows]
        first += group.num_rows
        same(f"row group {number}: sorted", [rank(row) for row in part], sorted(map(rank, part)))
        check_statistics(group, part)
    same("rows of row groups", first, len(rows))


def check_rows(path):
    manifest = json.loads(pathlib.Path(path).read_text())
    rows = [wanted(row) for row in manifest["rows"]]
    file = pq.ParquetFile(manifest["file"])
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    same("rows of the row groups", sizes, manifest["rowGroups"])
    # Equal rows keep their order of arrival.
    expected = []
    for size in sizes:
        expected += sorted(rows[len(expected) : len(expected) + size], key=rank)
    check_schema(file)
    compare("pyarrow", read_pyarrow(manifest["file"]), expected)
    compare("DuckDB", read_duckdb(manifest["file"]), expected)
    check_footer(file, manifest, expected)


def count(folder):
    if not any(not path.name.startswith(".") for path in pathlib.Path(folder).rglob("*.parquet")):
        return print(0)
    # The hash forces reading every value.
    relation = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = false) t"
    return print(duckdb.sql(f"select count(*), bit_xor(hash(t)) from {relation}").fetchall()[0][0])


if __name__ == "__main__":
    if sys.argv[1] == "count":
        count(sys.argv[2])
    for path in sys.argv[2:] if sys.argv[1] == "rows" else []:
        before = len(problems)
        check_rows(path)
        problems[before:] = [f"{pathlib.Path(path).stem}: {problem}" for problem in problems[before:]]
    print(*problems[:20], sep="\n", end="")
