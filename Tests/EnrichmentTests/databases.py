"""Writes databases in MaxMind's format with another program's writer.

usage: databases.py FOLDER      systems.mmdb, countries.mmdb, old.mmdb, other.mmdb, v4.mmdb, ipinfo.mmdb
"""

import pathlib
import sys

import mmdb_writer as writer
from netaddr import IPSet

folder = pathlib.Path(sys.argv[1])


def write(name, networks, version=6, type="Test", epoch=None):
    options = {"int_type": "u32"}
    if version == 6:
        options["ipv4_compatible"] = True
    database = writer.MMDBWriter(version, type, **options)
    for prefixes, data in networks:
        database.insert_network(IPSet(prefixes), data)
    if epoch is not None:
        # The writer would use the current time.
        writer.time.time = lambda: epoch
    database.to_db_file(str(folder / name))


def system(number, name):
    return {"autonomous_system_number": number, "autonomous_system_organization": name}


SYSTEMS = [
    (["10.0.0.0/8"], system(64500, "Ours")),
    (["192.0.2.0/24", "2001:db8::/32"], system(64501, "Größe \"x\"")),
    (["198.51.100.0/25"], system(4200000000, "Wide")),
]
write("systems.mmdb", SYSTEMS, type="Test-ASN")
write("v4.mmdb", SYSTEMS[:1], version=4, type="Test-ASN-4")
write(
    "countries.mmdb",
    [
        (["10.0.0.0/9"], {"country": {"iso_code": "DE"}}),
        (["10.128.0.0/9", "2001:db8::/33"], {"country": {"iso_code": "CN"}}),
        (["192.0.2.0/24"], {"continent": {"code": "EU"}}),
    ],
    type="Test-Country",
)
write("ipinfo.mmdb", [(["10.0.0.0/8"], {"asn": "AS64500", "as_name": "Ours", "country_code": "de"})])
write("other.mmdb", [(["10.0.0.0/8"], {"city": "Berlin"})], type="Test-Other")
write("old.mmdb", SYSTEMS, type="Test-Old", epoch=1_500_000_000)
