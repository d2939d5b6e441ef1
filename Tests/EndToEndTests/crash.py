"""Kills a collector again and again under load, and compares what it stored with a replay of everything that was sent.

crash.py SAGFLOW FOLDER SEED KILLS AGGREGATION WORKERS

This process is the service manager: it holds the socket, passes it in (LISTEN_FDS) and starts the collector again. Prints a
JSON object: what is missing from the store, what is there too often, kills, datagrams.
"""

import collections
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import duckdb

program, folder, seed, kills, aggregation, workers = sys.argv[1:7]
kills, workers = int(kills), int(workers)
chance = random.Random(int(seed))
environment = dict(
    os.environ, TZ="UTC", SAGFLOW_HTTP_ENABLED="false", SAGFLOW_STORE_ROTATION="1s",
    SAGFLOW_AGGREGATION_ENABLED=aggregation, SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT="3s",
    SAGFLOW_AGGREGATION_INACTIVE_TIMEOUT="1s", SAGFLOW_RECEIVE_WORKERS=str(workers))
SECONDS_A_LIFE = 0.9
DATAGRAMS_A_SECOND = 2500


def record(version, flows):
    """The datagrams of a synthetic exporter."""
    taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taker.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    taker.bind(("127.0.0.1", 0))
    taker.settimeout(1)
    generator = subprocess.Popen(
        [program, "generate", "--to", f"127.0.0.1:{taker.getsockname()[1]}", "--netflow-version", str(version),
         "--flows", str(flows), "--rate", "100000", "--seed", seed, "--domain", str(version)],
        stdout=subprocess.DEVNULL)
    datagrams = []
    while True:
        try:
            datagrams.append(taker.recv(65535))
        except socket.timeout:
            if generator.poll() is not None:
                assert generator.returncode == 0
                return datagrams


count = max(3000, int(DATAGRAMS_A_SECOND * (SECONDS_A_LIFE + 0.2) * kills))
streams = {version: record(version, count // 3 * size) for version, size in ((5, 28), (9, 18), (10, 16))}
order = [version for version in streams for _ in streams[version]]
chance.shuffle(order)

listeners = []
for index in range(workers):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # Beyond the limit for root; what is held while nobody reads must fit.
    try:
        listener.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    except PermissionError:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", listeners[0].getsockname()[1] if listeners else 0))
    listeners.append(listener)
port = listeners[0].getsockname()[1]
senders = {version: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for version in streams}
for sender in senders.values():
    sender.bind(("127.0.0.1", 0))
log = open(f"{folder}/collector.log", "ab")


def start():
    global begun
    begun = os.path.getsize(f"{folder}/collector.log")
    def pass_in():
        copies = [os.dup(listener.fileno()) for listener in listeners]
        copies = [os.dup2(copy, 100 + index) for index, copy in enumerate(copies)]
        for index, copy in enumerate(copies):
            os.dup2(copy, 3 + index)

    return subprocess.Popen(
        ["/bin/sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh", program, "collect", "--listen", f"127.0.0.1:{port}",
         "-o", f"{folder}/store"],
        env=dict(environment, LISTEN_FDS=str(workers)), stdout=log, stderr=log, preexec_fn=pass_in, close_fds=False)


sent = []


def send():
    begin = time.time()
    places = collections.Counter()
    for number, version in enumerate(order):
        datagram = streams[version][places[version]]
        places[version] += 1
        sent.append((time.time_ns(), senders[version].getsockname()[1], datagram))
        senders[version].sendto(datagram, ("127.0.0.1", port))
        ahead = begin + number / DATAGRAMS_A_SECOND - time.time()
        if ahead > 0.002:
            time.sleep(ahead)


collector = start()
sending = threading.Thread(target=send)
sending.start()
done = 0
while done < kills:
    time.sleep(chance.uniform(0.02, 2 * SECONDS_A_LIFE - 0.02))
    collector.send_signal(signal.SIGKILL)
    collector.wait()
    done += 1
    # Some while to be down, too.
    time.sleep(chance.choice([0, 0, 0.2]))
    collector = start()
sending.join()


def waiting():
    """Octets that wait in the kernel."""
    return sum(
        int(line.split()[4].split(":")[1], 16) for line in open("/proc/net/udp")
        if line.split()[1] == f"0100007F:{port:04X}")


while waiting() > 0:
    time.sleep(0.05)
    assert collector.poll() is None, "the collector ended by itself"
while b"listening on" not in open(f"{folder}/collector.log", "rb").read()[begun:]:
    time.sleep(0.05)
    assert collector.poll() is None, "the collector ended by itself"
time.sleep(0.5)
collector.send_signal(signal.SIGTERM)
assert collector.wait() == 0, "the collector ended badly"
drain = subprocess.run(
    [program, "drain", "-o", f"{folder}/store"], env=environment, stderr=subprocess.PIPE, text=True, check=True)

with open(f"{folder}/sent.pcap", "wb") as capture:
    capture.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
    for moment, source, datagram in sent:
        udp = struct.pack(">HHHH", source, port, 8 + len(datagram), 0)
        ip = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 28 + len(datagram), 0, 0x4000, 64, 17, 0, bytes([127, 0, 0, 1]),
            bytes([127, 0, 0, 1]))
        size = 28 + len(datagram)
        capture.write(struct.pack("=IIII", moment // 10**9, moment % 10**9, size, size) + ip + udp + datagram)
subprocess.run(
    [program, "replay", f"{folder}/sent.pcap", "-o", f"{folder}/wanted"], env=environment, check=True,
    stderr=subprocess.DEVNULL)

duckdb.sql(f"CREATE VIEW stored AS SELECT * EXCLUDE (end_reason) FROM read_parquet('{folder}/store/date*/**/*.parquet')")
duckdb.sql(f"CREATE VIEW wanted AS SELECT * EXCLUDE (end_reason) FROM read_parquet('{folder}/wanted/date*/**/*.parquet')")
if aggregation == "true":
    # When a flow is cut depends on when its datagrams came, to the millisecond; what it sums up to does not.
    sums = (
        "SELECT exporter_addr, observation_domain_id, flow_type, proto, src_addr, src_port, dst_addr, dst_port, in_if,"
        " out_if, ip_tos, sum(flows), sum(packets), sum(bytes), min(time_start), max(time_end)")
    keys = "GROUP BY ALL"
else:
    sums, keys = "SELECT *", ""


def difference(one, other):
    return duckdb.sql(
        f"SELECT count(*) FROM ({sums} FROM {one} {keys} EXCEPT ALL {sums} FROM {other} {keys})").fetchall()[0][0]


parts = [name for _, _, names in os.walk(f"{folder}/store") for name in names if name.endswith(".part")]
print(json.dumps({
    "missing": difference("wanted", "stored"), "surplus": difference("stored", "wanted"), "kills": done,
    "datagrams": len(sent), "rows": duckdb.sql("SELECT count(*) FROM stored").fetchall()[0][0], "parts": parts,
    "left": os.listdir(f"{folder}/store/.journal/" + os.listdir(f"{folder}/store/.journal")[0]),
    "drained": drain.stderr}))
