"""Measurements of `scripts/soak` besides the mixed load: memory over eight hours replayed in minutes, and memory when each limit
in the settings is reached.
"""

import os
import random
import socket
import statistics
import struct
import subprocess
import threading
import time

from mixture import V5_RECORD, Capture, Mixture
from supervision import Collector

MEGA = 1e6
# Memory of a replay with the maximum number of waiting batches, MB.
WAITING = 90


class Sample:
    """Resources of a process: memory in MB, descriptors, threads."""

    def __init__(self, process, age):
        self.age = age
        with open(f"/proc/{process}/status") as file:
            words = dict(line.split(":", 1) for line in file)
        self.anonymous, self.of_files, self.shared = (
            int(words[name].split()[0]) * 1024 / MEGA for name in ("RssAnon", "RssFile", "RssShmem"))
        self.threads = int(words["Threads"])
        self.descriptors = len(os.listdir(f"/proc/{process}/fd"))


def compare(check, words, value, samples, most, unit="", share=5):
    """Compares the median of the last part of a run with that of an earlier part after warming up.

    - Parameter share: the number of parts; the run is warm after a quarter.
    """
    part = max(1, len(samples) // share)
    warm, late = samples[len(samples) // 4:][:part], samples[-part:]
    before, after = (statistics.median(map(value, some)) for some in (warm, late))
    check(after <= most(before), f"{words}: {before:.1f}{unit} once it is warm, {after:.1f}{unit} in the end "
          f"({(after / before - 1) * 100:+.1f} %), most {max(map(value, samples)):.1f}{unit}")


# MARK: Hours

def hours(program, folder, options, environment, check, sums):
    """Runs `replay` on a capture of `hours` hours as it is generated, and samples its memory for each minute of these. The
    capturing host's clock is set from time to time.

    - Parameters:
        - check: called with each condition that must hold.
        - sums: returns records, octets and packets of valid exporters in a store.
    """
    begin = 1_764_460_800
    place = Capture(begin)
    mixture, clock = Mixture(random.Random(options.seed), place), random.Random(options.seed)
    next_step = 30
    pipe = f"{folder}/capture"
    os.mkfifo(pipe)
    environment = dict(os.environ, TZ="UTC", **environment)
    process = subprocess.Popen([program, "replay", pipe, "-o", f"{folder}/store"], stderr=subprocess.PIPE, text=True, env=environment)
    # Its output is only read after its end, because it is short.
    samples, next_sample = [], 60
    turns = int(options.hours * 3600 * options.hourly_rate)
    with open(pipe, "wb") as file:
        file.write(Capture.HEADER)
        for turn in range(turns):
            sender, datagrams = mixture.turn()
            for datagram in datagrams:
                file.write(place.frame(sender, datagram))
            place.time += 1 / options.hourly_rate
            if place.time - begin >= next_step:
                # No further: what waits for its template would be given up.
                place.offset = clock.choice((0, 0, 3, -3, 25, -25))
                next_step += clock.uniform(500, 1250) / options.hourly_rate
            if place.time - begin >= next_sample:
                file.flush()
                samples.append(Sample(process.pid, next_sample))
                if next_sample % 3600 == 0:
                    print(f"{next_sample // 3600} h: anonymous {samples[-1].anonymous:.1f} MB", flush=True)
                next_sample += 60
        for sender, datagrams in mixture.settle():
            for datagram in datagrams:
                file.write(place.frame(sender, datagram))
            place.time += 1 / options.hourly_rate
    printed = process.stderr.read()
    check(process.wait() == 0, f"the replay has ended: {process.returncode}")
    print("\n".join(printed.splitlines()[:6]))
    print(f"{options.hours:g} hours, {dict(mixture.counts)}")
    check("DOES NOT ADD UP" not in printed, "the ledger adds up")
    # A capture is read faster than the store is written: up to 16 batches wait in between, more of them on a busy
    # machine.
    compare(check, "anonymous memory", lambda sample: sample.anonymous, samples,
            lambda before: max(WAITING, before * (1 + options.growth / 100)), " MB")
    compare(check, "descriptors", lambda sample: sample.descriptors, samples, lambda before: before + 2)
    good = mixture.good
    wanted, found = (good["records"], good["octets"], good["packets"]), sums(f"{folder}/store")
    check(found == wanted, f"records, octets, packets sent {wanted}, in the store {found}")


# MARK: Bounds

class Sender:
    """Sends to a collector as fast as it receives."""

    LIMIT = 4 << 20

    def __init__(self, collector):
        self.collector, self.count = collector, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.target = ("127.0.0.1", collector.port)

    def send(self, datagram, through=None):
        (through or self.socket).sendto(datagram, self.target)
        self.count += 1
        if self.count % 256 == 0:
            while self.collector.waiting() > self.LIMIT:
                time.sleep(0.01)


def v9(sets, sequence, domain=0):
    now = time.time()
    return struct.pack(">HHIIII", 9, len(sets), 1_000_000, int(now), sequence & 0xFFFFFFFF, domain) + b"".join(sets)


def set_of(id, content):
    content += bytes(-len(content) % 4)
    return struct.pack(">HH", id, 4 + len(content)) + content


def templates(sender, exporters, each):
    """Sends `each` templates and then data from every exporter, each with its own address."""
    fields = struct.pack(">HH HH HH HH HH", 8, 4, 12, 4, 2, 4, 1, 4, 4, 1)
    definitions = [struct.pack(">HH", 256 + number, 5) + fields for number in range(each)]
    chunks = [set_of(0, b"".join(definitions[first:first + 50])) for first in range(0, each, 50)]
    data = set_of(256, struct.pack(">IIIIB", 0x0A000001, 0x0A000002, 1, 100, 17))
    for number in range(exporters):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
            opened.bind((f"127.16.{number >> 8}.{number & 255}", 0))
            for sequence, chunk in enumerate([*chunks, data]):
                sender.send(v9([chunk], sequence), opened)


def flows(sender, count):
    """Sends `count` flows that stay in the cache."""
    sequence, start = 0, int(time.time())
    for first in range(0, count, 30):
        body = b"".join(
            V5_RECORD.pack(
                0x0A000000 + number, 0xC0A80001, 0, 1, 2, 1, 100, 999_000, 999_500, number & 0xFFFF, 443, 0, 0x18, 6, 0, 0, 0,
                24, 24, 0) for number in range(first, min(first + 30, count)))
        records = len(body) // 48
        sender.send(struct.pack(">HHIIIIBBH", 5, records, 1_000_000, start, 0, sequence, 0, 0, 0) + body)
        sequence += records


def sessions(sender, count):
    """Sends a flow in each of `count` domains of one exporter."""
    start = int(time.time())
    body = V5_RECORD.pack(0x0A000001, 0xC0A80001, 0, 1, 2, 1, 100, 999_000, 999_500, 1, 443, 0, 0x18, 6, 0, 0, 0, 24, 24, 0)
    for number in range(count):
        sender.send(
            struct.pack(">HHIIIIBBH", 5, 1, 1_000_000, start, 0, 0, number >> 8 & 255, number & 255, 0) + body)


def early(sender, octets):
    """Sends `octets` octets of data without templates, in sessions of 1 MiB each."""
    content = set_of(300, bytes(1200))
    each = (1 << 20) // (1200 + 128)
    for session in range(octets >> 20):
        for sequence in range(each + 1):
            sender.send(v9([content], sequence, session))


LASTING = {"SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT": "1d", "SAGFLOW_AGGREGATION_INACTIVE_TIMEOUT": "1d", "SAGFLOW_STORE_ROTATION": "1h"}
# Limit, settings, traffic, and maximum memory in MB as documented in docs/operations.md.
CASES = [
    ("10,000 exporters with 1,000 templates each", {}, lambda sender: templates(sender, 10_000, 1000), 500),
    ("65,536 sessions", {}, lambda sender: sessions(sender, 65_536), 120),
    ("64 MiB of early data", {}, lambda sender: early(sender, 68 << 20), 90),
    ("4,000,000 live flows", {"SAGFLOW_AGGREGATION_MAXIMUM_FLOWS": "4000000"}, lambda sender: flows(sender, 4_000_000), 900),
]


def bounds(program, folder, check, only=""):
    """Reaches one limit after the other, each with a new collector with one worker."""
    for number, (words, settings, fill, most) in enumerate(CASES):
        if only not in words:
            continue
        environment = LASTING | {"SAGFLOW_HTTP_ENABLED": "false", "SAGFLOW_JOURNAL_ENABLED": "false"} | settings
        collector = Collector(program, f"{folder}/{number}", environment)
        collector.start()
        collector.wait_for("it listens", collector.is_listening)
        before = Sample(collector.process.pid, 0)
        samples, done = [], threading.Event()

        def watch():
            while not done.wait(0.2):
                samples.append(Sample(collector.process.pid, 0))

        watching = threading.Thread(target=watch)
        watching.start()
        begin = time.time()
        try:
            fill(Sender(collector))
            collector.settle()
        finally:
            done.set()
            watching.join()
        after = Sample(collector.process.pid, 0)
        peak = max(sample.anonymous for sample in samples) - before.anonymous
        begin, filled = time.time(), time.time() - begin
        collector.stop()
        stored = sum(os.path.getsize(f"{path}/{name}") for path, _, names in os.walk(collector.journal) for name in names)
        check(peak <= most, f"{words}: {after.anonymous - before.anonymous:.0f} MB, most {peak:.0f} MB, of {most} MB that are stated; "
              f"{filled:.0f} s to get there, {time.time() - begin:.0f} s to stop, checkpoint of {stored / MEGA:.0f} MB")
