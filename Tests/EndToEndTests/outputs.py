"""Kills a collector repeatedly while flows arrive and an output ships them to a destination with all kinds of faults, and
compares the final content of the destination with the store.

outputs.py SAGFLOW FOLDER SEED SCENARIO [KILLS]

Prints a JSON object.

    clickhouse, s3, oss     the destination is in this program (destinations.py)
    parts                   the same for S3, with multipart uploads
    chdb, seaweedfs         the destination is another program, which is killed, too (engines.py)
    kafka                   a broker, in which rows may be duplicate
    kafka-live              the same, with one file per hour: rows are in the topic before; nothing is killed
    beside                  dead outputs next to a working one; nothing is killed
"""

import glob
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request

import duckdb

from destinations import ClickHouse, Objects, make, serve
from supervision import Collector, Exporters, number, reserve_port
from weather import MOMENTS, Upstream, Weather
from wires import Wires

DATAGRAMS_A_SECOND = 300
# The weather of a run, and when it is killed: at a stage of a request, or at any time.
LIVES = [
    ("fair", "done"), ("storm", "answered"), ("credentials", "any"), ("storm", "any"), ("full", "any"), ("storm", "body"),
    ("fair", "head")]
# Kinds of weather in which nothing is accepted.
FAILING = ("credentials", "full", "accident")
# The same for a protocol other than HTTP: the moment is when octets go up or come down.
WIRED_LIVES = [
    ("fair", "up"), ("storm", "down"), ("storm", "any"), ("fair", "down"), ("storm", "up"), ("storm", "any"), ("fair", "any")]


class Shipping(Collector):
    """A collector with outputs, each a dictionary of settings."""

    def __init__(self, folder, *outputs, **more):
        environment = {"SAGFLOW_AGGREGATION_ENABLED": "false", "SAGFLOW_HTTP_LISTEN": "127.0.0.1:0"} | more
        super().__init__(PROGRAM, folder, environment, options=["-c", f"{folder}/sagflow.yaml"])
        with open(f"{folder}/sagflow.yaml", "w") as file:
            file.write("outputs:\n" + "".join(f"  - {json.dumps(output)}\n" for output in outputs))

    @property
    def file_names(self):
        return {os.path.relpath(path, self.store) for path in glob.glob(f"{self.store}/date*/*/*.parquet")}

    def cursor(self, output):
        """Returns the state of files: names by the first word of the cursor's lines."""
        files = {"taken": set(), "aside": set(), "passed": set()}
        try:
            with open(f"{self.journal}/outputs/{output}.cursor") as file:
                for line in list(file)[1:]:
                    kind, _, name, _ = line.split(" ")
                    files[kind].add(name)
        except (FileNotFoundError, StopIteration):
            pass
        return files

    def has_shipped(self, output):
        return self.is_listening() and self.file_names and self.file_names <= self.cursor(output)["taken"]

    def status(self, output):
        self.wait_for("it answers", lambda: "HTTP on " in self.log())
        port = re.search(r"HTTP on \S+:(\d+)", self.log())[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/status", timeout=60) as answer:
            return next(found for found in json.load(answer)["outputs"] if found["name"] == output)

    def end(self, *outputs):
        """Stops it with everything drained, and lets it ship the result."""
        if self.sender:
            self.end_sending()
        self.settle()
        self.stop()
        drain = self.drain()
        assert drain.returncode == 0, drain.stderr
        self.start()
        for output in outputs:
            self.wait_for(f"{output} has all", lambda: self.has_shipped(output), 300)
            # The status is updated once per second.
            self.wait_for("nothing waits", lambda: self.status(output)["waitingFiles"] == 0)
        return drain.stderr


def sums(folder):
    """Returns rows, packets, octets and flows of files."""
    files = f"read_parquet('{folder}/date*/**/*.parquet', hive_partitioning = false)"
    found = duckdb.sql(f"SELECT count(*), sum(packets), sum(bytes), sum(flows) FROM {files}").fetchall()[0]
    return [int(number) for number in found]


def write(folder, files):
    for name, octets in files:
        path = f"{folder}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(octets)


# MARK: Kills

def credentials(kind, folder, are_right):
    """Writes the credentials that the output reads."""
    if kind == "kafka":
        return
    if kind == "clickhouse":
        name, text = "password", ClickHouse.PASSWORD if are_right else "wrong"
    else:
        name, key = "credentials", Objects.KEY if are_right else "NOBODY"
        words = ["aws_access_key_id", "aws_secret_access_key"] if kind == "s3" else ["access_key_id", "access_key_secret"]
        text = f"[default]\n{'type = access_key' if kind == 'oss' else ''}\n{words[0]} = {key}\n{words[1]} = {Objects.SECRET}"
    with open(f"{folder}/{name}", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(text + "\n")


def output(kind, port, **more):
    address = f"http://127.0.0.1:{port}"
    if kind == "clickhouse":
        own = {"urls": [address], "passwordFile": "password"}
    else:
        own = {
            "endpoint": address, "region": "cn-hangzhou", "bucket": Objects.BUCKET, "prefix": Objects.PREFIX,
            "credentialsFile": "credentials"}
    return {"name": "out", "type": kind, "parallel": 3, "timeout": "10s"} | own | more


def live(collector, life, moment):
    """Runs the collector until it is killed."""
    if moment == "any":
        if life in FAILING:
            # Files already stored by a previous run are accepted silently.
            collector.wait_for(
                "the output fails", lambda: "files wait, retrying" in collector.log()
                or not collector.sender and collector.has_shipped("out"))
        time.sleep(CHANCE.uniform(0, 2))
        collector.kill()
    else:
        end = time.time() + 300
        while not collector.has_ended():
            if not collector.sender and collector.has_shipped("out"):
                return collector.kill()
            assert time.time() < end, f"no request has come to its '{moment}': {collector.log()[-2000:]}"
            time.sleep(0.01)
        assert collector.process.returncode == -9, collector.log()[-2000:]


def plan(lives, moments):
    """Returns all of the runs, followed by random ones."""
    found = list(lives)
    while len(found) < KILLS:
        life, moment = CHANCE.choice(lives)
        found.append((life, "any" if life in FAILING else CHANCE.choice(moments + ["any"])))
    found = found[:KILLS]
    CHANCE.shuffle(found)
    return found


def fill(collector):
    """Makes a collector store about 7 MB of files, without outputs."""
    options, collector.options = collector.options, []
    for seed in range(2):
        collector.environment["SAGFLOW_STORE_ROTATION"] = "60s"
        collector.start()
        collector.wait_for("it listens", collector.is_listening)
        subprocess.run(
            [PROGRAM, "generate", "--to", f"127.0.0.1:{collector.port}", "--flows", "400000", "--rate", "200000", "--seed",
             str(SEED + seed)], check=True, stdout=subprocess.DEVNULL)
        collector.settle()
        collector.stop()
        assert collector.drain().returncode == 0
    collector.options = options


def killed(settings, weather, lives, is_filled=False):
    """Returns a collector that has shipped incoming or stored flows through the weather, after its last run."""
    collector, kind = Shipping(f"{FOLDER}/collector", settings), settings["type"]
    if is_filled:
        fill(collector)
    else:
        collector.send(Exporters(PROGRAM, SEED, 3000), DATAGRAMS_A_SECOND, lasting=True)
    for life, moment in lives:
        credentials(kind, collector.folder, life != "credentials")
        collector.start()
        # Requests of the previous run still in flight must not end this one.
        weather.change("fair" if life == "credentials" else life, moment, collector.kill)
        live(collector, life, moment)
    weather.change("fair")
    credentials(kind, collector.folder, True)
    collector.start()
    collector.end("out")
    collector.stop()
    cursor, log = collector.cursor("out"), collector.log(0)
    missing, surplus = (0, 0) if is_filled else collector.compare(collector.replay())
    return collector, {
        "kills": len(lives), "lives": [" ".join(pair) for pair in lives], "datagrams": len(collector.sent),
        "files": len(collector.file_names), "stored": sums(collector.store), "lostRows": missing, "doubleRows": surplus,
        "setAside": len(cursor["aside"]), "faults": weather.counts,
        "refused": len(re.findall("check user and password|check the source of the credentials", log)),
        "full": len(re.findall("free space", log))}


def killed_over_http(kind, destination, accident=None):
    port, claim = reserve_port()
    with claim:
        model = type(make(kind))
        weather = Weather(destination, model.passing, model.full, CHANCE, port, accident)
        lives = [("accident", "any")] + LIVES if accident else LIVES
        return killed(output(kind, port), weather, plan(lives, MOMENTS))


def in_parts():
    destination, (port, claim) = make("s3"), reserve_port()
    with claim:
        weather = Weather(destination, Objects.passing, Objects.full, CHANCE, port)
        lives = plan([life for life in LIVES if life[0] != "fair"] + [("storm", "done"), ("storm", "head")], MOMENTS)
        collector, verdict = killed(output("s3", port, partSize="5Mi"), weather, lives, is_filled=True)
    verdict |= {"uploads": len(destination.uploads), "begun": destination.begun, "parts": destination.most_parts}
    verdict |= {"unconditional": destination.unconditional, "differing": destination.differing}
    write(f"{FOLDER}/taken", destination.files.items())
    # Comparing so many rows would take longer than everything else.
    verdict["differing"] += [
        name for name in collector.file_names | set(destination.files)
        if destination.files.get(name) != pathlib.Path(f"{collector.store}/{name}").read_bytes()]
    return dict(verdict, taken=sums(f"{FOLDER}/taken"))


def compared(collector, verdict, files):
    write(f"{FOLDER}/taken", files)
    missing, surplus = collector.compare(collector.store, f"{FOLDER}/taken")
    return dict(verdict, missing=missing, surplus=surplus, taken=sums(f"{FOLDER}/taken"))


def in_this_program(kind):
    destination = make(kind)
    collector, verdict = killed_over_http(kind, destination)
    verdict |= {
        "repeated": destination.repeated, "differing": destination.differing,
        "unconditional": getattr(destination, "unconditional", 0)}
    return compared(collector, verdict, destination.files.items())


def in_chdb():
    engine = engines.Chdb(f"{FOLDER}/engine", CHANCE)
    engine.start()
    engine.prepare(PROGRAM)
    collector, verdict = killed_over_http("clickhouse", Upstream(engine.port), engine.accident)
    return dict(verdict, engineKills=engine.kills, **engine.sums())


def in_seaweedfs():
    engine = engines.SeaweedFS(f"{FOLDER}/engine", CHANCE)
    engine.start()
    engine.prepare(PROGRAM)
    collector, verdict = killed_over_http("s3", Upstream(engine.port), engine.accident)
    return dict(compared(collector, verdict, engine.fetch()), engineKills=engine.kills)


def in_kafka():
    port, claim = reserve_port()
    with claim:
        engine = engines.Tansu(f"{FOLDER}/engine", CHANCE, port)
        wires = Wires(port, engine.port, CHANCE)
        engine.start()
        engine.prepare(PROGRAM)
        settings = {
            "name": "out", "type": "kafka", "brokers": [f"127.0.0.1:{port}"], "format": "json", "timeout": "10s",
            "properties": ["reconnect.backoff.max.ms=200"]}
        collector, verdict = killed(settings, wires, plan(WIRED_LIVES, list(Wires.MOST)))
        return dict(verdict, **in_topic(collector, engine))


def in_kafka_live():
    """Rows are in the topic while their file is open, and are not sent again once it is committed."""
    engine = engines.Tansu(f"{FOLDER}/engine", CHANCE, 0)
    engine.advertised = engine.port
    engine.start()
    engine.prepare(PROGRAM)
    settings = {"name": "out", "type": "kafka", "brokers": [f"127.0.0.1:{engine.port}"], "format": "json"}
    collector = Shipping(f"{FOLDER}/collector", settings, SAGFLOW_STORE_ROTATION="3600s")
    collector.start()
    collector.wait_for("it listens", collector.is_listening)
    # The output starts after that: earlier rows come from the file.
    collector.wait_for("the output is there", lambda: "output out: ships to" in collector.log())
    collector.send(Exporters(PROGRAM, SEED, 600), DATAGRAMS_A_SECOND)
    collector.sender.join()
    collector.settle()
    live = lambda: collector.status("out")["live"]
    collector.wait_for("all is acknowledged", lambda: live()["sentRows"] > 0 and live()["acknowledgedRows"] == live()["sentRows"])
    before = dict(messages=len(list(engine.messages())), files=len(collector.file_names), live=live())
    ledger = collector.end("out")
    verdict = {"datagrams": len(collector.sent), "decoded": number(ledger, "decoded"), "stored": sums(collector.store)}
    verdict["files"] = len(collector.file_names)
    verdict |= {"openFiles": before["files"], "early": before["messages"], "leftRows": before["live"]["leftRows"]}
    verdict["lostRows"], verdict["doubleRows"] = collector.compare(collector.replay())
    return dict(verdict, **in_topic(collector, engine))


def in_topic(collector, engine):
    """Compares a topic with the store."""
    with open(f"{FOLDER}/messages.json", "wb") as file:
        file.writelines(message + b"\n" for message in engine.messages())
    types = {"src_addr": "VARCHAR", "dst_addr": "VARCHAR", "src_port": "INTEGER", "dst_port": "INTEGER", "proto": "INTEGER"}
    types |= {"packets": "UBIGINT", "bytes": "UBIGINT", "flows": "UBIGINT"}
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
    stored = f"SELECT {columns} FROM read_parquet('{collector.store}/date*/**/*.parquet', hive_partitioning = false)"
    taken = f"SELECT {columns} FROM read_json('{FOLDER}/messages.json', format = 'newline_delimited', columns = {types})"

    def count(query):
        return duckdb.sql(f"SELECT count(*) FROM ({query})").fetchall()[0][0]

    return dict(
        missing=count(f"{stored} EXCEPT ALL {taken}"), surplus=count(f"{taken} EXCEPT {stored}"), taken=[count(taken)])


# MARK: Dead outputs

def beside():
    """One output ships to a port where nothing listens, another to a server that never responds."""
    healthy, late = ClickHouse(), ClickHouse()
    port = serve(healthy).server_address[1]
    absent, claim = reserve_port()
    mute = socket.create_server(("127.0.0.1", 0), backlog=1000)
    collector = Shipping(
        f"{FOLDER}/collector", output("clickhouse", absent, name="absent"),
        output("s3", mute.getsockname()[1], name="mute", timeout="1s"), output("clickhouse", port, name="healthy"))
    for kind in ("clickhouse", "s3"):
        credentials(kind, collector.folder, True)
    collector.start()
    collector.wait_for("it listens", collector.is_listening)
    collector.send(Exporters(PROGRAM, SEED, 3000), 2 * DATAGRAMS_A_SECOND, lasting=True)
    collector.wait_for("five files are shipped", lambda: len(healthy.files) >= 5)
    for name in ("absent", "mute"):
        collector.wait_for(f"{name} fails", lambda: collector.status(name).get("failingSince"))
    retries = collector.status("healthy")["retries"]
    ledger = collector.end("healthy")
    for name in ("absent", "mute"):
        collector.wait_for(
            f"all waits for {name}", lambda: collector.status(name)["waitingFiles"] == len(collector.file_names))
    states = {name: collector.status(name) for name in ("absent", "mute", "healthy")}
    serve(late, absent)
    collector.wait_for("the absent one is back, and has all", lambda: collector.has_shipped("absent"), 300)
    collector.stop()
    verdict = {"files": len(collector.file_names), "datagrams": len(collector.sent)}
    verdict |= {name: state["waitingFiles"] for name, state in states.items()}
    verdict |= {"healthyRetries": retries + states["healthy"]["retries"], "lateFiles": len(late.files)}
    verdict |= {"dropped": number(ledger, "dropped, store too slow"), "decoded": number(ledger, "decoded")}
    verdict |= {"kernelDrops": number(collector.log(0), "datagrams dropped by the kernel"), "stored": sums(collector.store)}
    verdict["lostRows"], verdict["doubleRows"] = collector.compare(collector.replay())
    claim.close()
    return compared(collector, verdict, healthy.files.items())


PROGRAM, FOLDER, SEED, SCENARIO = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
KILLS = int(sys.argv[5]) if len(sys.argv) > 5 else len(LIVES)
CHANCE = random.Random(SEED)
if SCENARIO in ("chdb", "seaweedfs", "kafka", "kafka-live"):
    import engines
SCENARIOS = {
    "parts": in_parts, "chdb": in_chdb, "seaweedfs": in_seaweedfs, "kafka": in_kafka, "kafka-live": in_kafka_live, "beside": beside}
print(json.dumps(SCENARIOS.get(SCENARIO, lambda: in_this_program(SCENARIO))()))
