"""Shared by the tests of crashes and of faults: a collector's service manager, which holds its sockets and restarts it; exporters
that send to it; and the comparison of its store with a replay of everything sent.
"""

import collections
import ctypes
import itertools
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import duckdb

# Sums by flow. When a flow is split depends on the arrival of its datagrams to the millisecond; its sums do not.
# it sums up to does not.
SUMS = (
    "SELECT exporter_addr, observation_domain_id, flow_type, proto, src_addr, src_port, dst_addr, dst_port, in_if, out_if,"
    " ip_tos, sum(flows), sum(packets), sum(bytes), min(time_start), max(time_end)")


def record(program, seed, version, flows):
    """Returns the datagrams of a synthetic exporter."""
    taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hold(taker)
    taker.bind(("127.0.0.1", 0))
    taker.settimeout(0.2)
    generator = subprocess.Popen(
        [program, "generate", "--to", f"127.0.0.1:{taker.getsockname()[1]}", "--netflow-version", str(version),
         "--flows", str(flows), "--rate", "100000", "--seed", str(seed), "--domain", str(version)],
        stdout=subprocess.DEVNULL)
    datagrams = []
    while True:
        try:
            datagrams.append(taker.recv(65535))
        except socket.timeout:
            if generator.poll() is not None:
                assert generator.returncode == 0
                return datagrams


def hold(listener):
    """Makes a socket buffer datagrams while nothing reads them."""
    # Exceeds the limit if root.
    try:
        listener.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    except PermissionError:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)


def reserve_port():
    """Returns a UDP port that no other test on this host uses, and the socket that reserves it until this program ends.

    Ports assigned by the system are unsuitable: with SO_REUSEPORT two programs of one user may get the same port. Ports are claimed
    as in ReservedPorts.swift."""
    while True:
        port = random.SystemRandom().randint(12_000, 32_000)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0sagflow-test-port-{port}")
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port, claim
        except OSError:
            claim.close()


class Exporters:
    """Datagrams of NetFlow v5, v9 and IPFIX, in an order determined by the seed."""

    # Flows per datagram.
    SIZES = {5: 28, 9: 18, 10: 16}

    def __init__(self, program, seed, count, versions=(5, 9, 10)):
        self.streams = {
            version: record(program, seed, version, count // len(versions) * self.SIZES[version]) for version in versions}
        self.order = [version for version in self.streams for _ in self.streams[version]]
        random.Random(seed).shuffle(self.order)

    def __iter__(self):
        """Yields exporter and datagram, each once."""
        places = collections.Counter()
        for version in self.order:
            yield version, self.streams[version][places[version]]
            places[version] += 1


class Collector:
    """A collector whose sockets are held here, and everything sent to it."""

    def __init__(self, program, folder, environment, workers=1, options=()):
        self.program, self.folder, self.workers, self.options = program, folder, workers, options
        self.store, self.log_path = f"{folder}/store", f"{folder}/collector.log"
        self.environment = dict(
            os.environ, TZ="UTC", SAGFLOW_STORE_ROTATION="1s", SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT="3s",
            SAGFLOW_AGGREGATION_INACTIVE_TIMEOUT="1s", SAGFLOW_RECEIVE_WORKERS=str(workers)) | environment
        os.makedirs(folder, exist_ok=True)
        self.log_file = open(self.log_path, "ab")
        self.listeners = []
        self.port, self.claim = reserve_port()
        for _ in range(workers):
            listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            hold(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(("127.0.0.1", self.port))
            self.listeners.append(listener)
        # Names of the passed sockets, if any.
        self.names = []
        # (time in nanoseconds, source port, datagram)
        self.sent = []
        self.process, self.begun = None, 0
        self.sender, self.stopping, self.failure = None, threading.Event(), None

    # The process

    def start(self, extra={}):
        self.begun = os.path.getsize(self.log_path)
        descriptors = [listener.fileno() for listener in self.listeners]
        names = {"LISTEN_FDNAMES": ":".join(self.names)} if self.names else {}

        def pass_in():
            # The collector is killed when this driver ends (PR_SET_PDEATHSIG).
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            copies = [os.dup2(descriptor, 100 + index) for index, descriptor in enumerate(descriptors)]
            for index, copy in enumerate(copies):
                os.dup2(copy, 3 + index)

        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh", self.program, "collect", "--listen",
             f"127.0.0.1:{self.port}", "-o", self.store, *self.options],
            env=dict(self.environment, LISTEN_FDS=str(len(descriptors)), **names, **extra), stdout=self.log_file, stderr=self.log_file,
            preexec_fn=pass_in, close_fds=False)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait()

    def log(self, since=None):
        """Returns the log since the last start, or since an offset."""
        with open(self.log_path, "rb") as file:
            file.seek(self.begun if since is None else since)
            return file.read().decode()

    @property
    def log_size(self):
        return os.path.getsize(self.log_path)

    def is_listening(self):
        return "listening on" in self.log()

    def has_ended(self):
        return self.process.poll() is not None

    def wait_for(self, what, condition, seconds=120):
        """Waits until a condition holds; the collector must not end before."""
        end = time.time() + seconds
        while not condition():
            assert not self.has_ended(), f"the collector ended by itself before {what}: {self.log()[-2000:]}"
            assert time.time() < end, f"waited {seconds} s for {what}: {self.log()[-2000:]}"
            time.sleep(0.02)

    def waiting(self):
        """Returns the kernel memory of datagrams waiting at the sockets in octets: the first number of SO_MEMINFO.

        Not from /proc/net/udp, which may omit sockets while others are opened and closed."""
        assert self.listeners
        return sum(
            struct.unpack_from("=I", listener.getsockopt(socket.SOL_SOCKET, 55, 64))[0] for listener in self.listeners)

    def settle(self):
        """Waits until everything sent has been received."""
        self.wait_for("it listens", self.is_listening)
        self.wait_for("all was received", lambda: self.waiting() == 0)
        time.sleep(0.5)

    def stop(self):
        """Stops it like a service manager."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(180)
        assert status == 0, f"the collector ended with status {status}: {self.log()[-2000:]}"

    def drain(self, extra={}):
        return subprocess.run(
            [self.program, "drain", "-o", self.store], env=dict(self.environment, **extra), stderr=subprocess.PIPE,
            text=True)

    # Sending

    # Octets of waiting datagrams in the kernel at which exporters pause: on a host so busy that a start takes half a
    # minute, the final comparison would otherwise take even longer.
    MOST_WAITING = 4 << 20

    def send(self, exporters, rate, lasting=False):
        """Sends on a separate thread at `rate` datagrams per second: all once, or repeatedly until `end_sending`."""
        self.stopping.clear()
        self.sender = threading.Thread(target=self._send, args=(exporters, rate, lasting), daemon=True)
        self.sender.start()

    def _send(self, exporters, rate, lasting):
        senders = {version: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for version in exporters.streams}
        for sender in senders.values():
            sender.bind(("127.0.0.1", 0))
        begin = time.time()
        again = itertools.repeat(None) if lasting else [None]
        for number, (version, datagram) in enumerate(pair for _ in again for pair in exporters):
            if self.stopping.is_set():
                return
            self.sent.append((time.time_ns(), senders[version].getsockname()[1], datagram))
            senders[version].sendto(datagram, ("127.0.0.1", self.port))
            while lasting and self.listeners and self.waiting() > self.MOST_WAITING and not self.stopping.is_set():
                time.sleep(0.05)
                begin += 0.05
            ahead = begin + number / rate - time.time()
            if ahead > 0.002:
                time.sleep(ahead)

    def end_sending(self):
        self.stopping.set()
        self.sender.join()

    # Results

    def replay(self, name="wanted", without=frozenset()):
        """Returns the store of a replay of everything sent, except for the datagrams with the numbers `without`."""
        with open(f"{self.folder}/{name}.pcap", "wb") as capture:
            capture.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
            for number, (moment, source, datagram) in enumerate(self.sent):
                if number in without:
                    continue
                udp = struct.pack(">HHHH", source, self.port, 8 + len(datagram), 0)
                ip = struct.pack(
                    ">BBHHHBBH4s4s", 0x45, 0, 28 + len(datagram), 0, 0x4000, 64, 17, 0, bytes([127, 0, 0, 1]),
                    bytes([127, 0, 0, 1]))
                size = 28 + len(datagram)
                capture.write(struct.pack("=IIII", moment // 10**9, moment % 10**9, size, size) + ip + udp + datagram)
        subprocess.run(
            [self.program, "replay", f"{self.folder}/{name}.pcap", "-o", f"{self.folder}/{name}"], env=self.environment,
            check=True, stderr=subprocess.DEVNULL)
        return f"{self.folder}/{name}"

    @property
    def aggregates(self):
        return self.environment.get("SAGFLOW_AGGREGATION_ENABLED") != "false"

    def compare(self, wanted, stored=None):
        """Returns rows (or sums of rows) missing from a store, and surplus ones, compared with another store."""
        database = duckdb.connect()

        def rows(store):
            sums, keys = (SUMS, "GROUP BY ALL") if self.aggregates else ("SELECT *", "")
            files = f"read_parquet('{store}/date*/**/*.parquet', hive_partitioning = false)"
            return f"{sums} FROM (SELECT * EXCLUDE (end_reason) FROM {files}) {keys}"

        def difference(one, other):
            return database.sql(f"SELECT count(*) FROM ({rows(one)} EXCEPT ALL {rows(other)})").fetchall()[0][0]

        stored = stored or self.store
        return difference(wanted, stored), difference(stored, wanted)

    def row_count(self):
        files = f"read_parquet('{self.store}/date*/**/*.parquet', hive_partitioning = false)"
        return duckdb.connect().sql(f"SELECT count(*) FROM {files}").fetchall()[0][0]

    @property
    def journal(self):
        root = f"{self.store}/.journal"
        return f"{root}/{next(name for name in os.listdir(root) if not name.startswith('.'))}"

    def remains(self):
        """Returns hidden files of the store, and leftover files other than journals and checkpoints."""
        hidden = [
            name for path, _, names in os.walk(self.store) for name in names
            if ".journal" not in path and not name.endswith(".parquet")]
        return hidden, sorted(os.listdir(self.journal))


class ManagedCollector(Collector):
    """A collector that opens its own sockets and passes them to its service manager to keep, as with systemd."""

    def __init__(self, program, folder, environment, workers=1):
        super().__init__(program, folder, dict(environment, NOTIFY_SOCKET=f"{folder}/notify"), workers)
        for listener in self.listeners:
            listener.close()
        self.listeners = []
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(f"{folder}/notify")
        self.notices.setblocking(False)

    def keep(self):
        """Receives the passed sockets; drops duplicates like systemd."""
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self.notices, 4096, 4)
            except BlockingIOError:
                return
            words = dict(line.split("=", 1) for line in message.decode().split("\n"))
            for descriptor in descriptors:
                given = socket.socket(fileno=descriptor)
                known = [os.fstat(listener.fileno()).st_ino for listener in self.listeners]
                assert words.get("FDSTORE") == "1", words
                if os.fstat(descriptor).st_ino in known:
                    given.close()
                else:
                    self.listeners.append(given)
                    self.names.append(words.get("FDNAME", "stored"))


def number(ledger, name):
    """Returns a number of a printed ledger by the words after it."""
    found = re.search(rf"(\d+) {re.escape(name)}\b", ledger)
    return int(found[1]) if found else 0
