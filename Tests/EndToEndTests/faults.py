"""Makes the disk fail under a collector, call by call, and compares its store with a replay of everything sent.

faults.py SAGFLOW LIBRARY FOLDER SEED SCENARIO [COUNT|all]

LIBRARY is faults.c, compiled. COUNT is the number of calls to try, selected by the seed. Prints a JSON object.

    crashes-plain, crashes-aggregated   SIGKILL before, within or after a call, then a restart that recovers
    crashes-draining                    the same in `sagflow drain`
    errors                              ENOSPC, EIO, EROFS or a short write at a call, once or for two seconds
    outages                             a failing disk, SIGKILL meanwhile, a restart after the disk recovers
    slow                                a disk whose calls take three seconds each
    read-only, vanished                 a disk that becomes so for some seconds
    torn                                files that lost their last octets in a crash
"""

import collections
import errno
import glob
import json
import mmap
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import threading
import time
import urllib.request

from supervision import Collector, Exporters, number

KINDS = ["create", "look", "write", "sync", "rename", "remove", "truncate", "folder", "allocate", "mode"]


def mask(kinds):
    return sum(1 << KINDS.index(kind) for kind in kinds)


ALL = mask(KINDS)
CHANGING = ALL & ~mask(["look"])
ACTIONS = {"nothing": 0, "fail": 1, "short": 2, "before": 3, "after": 4, "half": 5, "vanish": 6}
# Log lines for a failure and its end, by what fails.
BEGINS = {
    "store": r"flows are kept in memory", "journal": r"datagrams wait in memory for the journal",
    "sync": r"cannot sync the journal", "room": r"datagrams are not journaled",
    "checkpoints": r"cannot write a checkpoint"}
ENDS = {
    "store": r"the store can be written again", "journal": r"the journal can be written again",
    "sync": r"the journal can be synced again", "room": r"datagrams are journaled again",
    "checkpoints": r"checkpoints can be written again"}
DATAGRAMS_A_SECOND = 400
SECONDS_A_LIFE = 2.4
LANES = 4


class Disk:
    """The orders to the library, and its counters; `struct control` of faults.c."""

    ORDER = struct.Struct("=5Q64s")
    MEANT, ACTED, CALLS, FIRST, SIZE = 112, 120, 128, 208, 464

    def __init__(self, path, library, below):
        with open(path, "wb") as file:
            file.truncate(self.SIZE)
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), self.SIZE)
        self.environment = {"LD_PRELOAD": library, "DISK_FAULTS": path, "DISK_FAULTS_BELOW": below}

    def order(self, action, kinds=CHANGING, at=1, times=0, error=0, delay=0, text=""):
        self.well()
        self.memory[8:112] = self.ORDER.pack(kinds, at, times, error, delay, text.encode())
        self.memory[112:128] = bytes(16)
        self.memory[0:8] = struct.pack("=Q", ACTIONS[action])

    def well(self):
        self.memory[0:8] = bytes(8)
        # Also resets the delay.
        self.memory[40:48] = bytes(8)

    def word(self, place):
        return struct.unpack_from("=Q", self.memory, place)[0]

    @property
    def counts(self):
        """Returns the calls so far, by kind."""
        return [self.word(self.CALLS + 8 * index) for index in range(len(KINDS))]

    @property
    def acted(self):
        return self.word(self.ACTED)

    @property
    def meant(self):
        return self.word(self.MEANT)

    @property
    def first(self):
        return self.memory[self.FIRST:self.SIZE].split(b"\0")[0].decode()


class Lane(Collector):
    """A collector on a disk with injected faults."""

    def __init__(self, name, environment={}):
        folder = os.path.realpath(f"{FOLDER}/{name}")
        os.makedirs(f"{folder}/run")
        super().__init__(
            PROGRAM, folder, dict(
                {"SAGFLOW_AGGREGATION_ENABLED": "false", "SAGFLOW_HTTP_LISTEN": "127.0.0.1:0",
                 "RUNTIME_DIRECTORY": f"{folder}/run"}, **environment))
        self.disk = Disk(f"{folder}/control", LIBRARY, self.store)
        # A log of actions, for debugging failures.
        self.points = []
        self.decoded = 0
        # Lost rows at the last query.
        self.known = 0

    def start(self):
        super().start(self.disk.environment)

    def start_until_it_stays(self):
        """Starts like a service manager: restarts a collector that cannot start, once the disk has recovered."""
        for _ in range(10):
            self.start()
            while not self.is_listening() and not self.has_ended():
                time.sleep(0.02)
            if not self.has_ended():
                return
            self.disk.well()
        raise AssertionError(f"it does not start: {self.log()[-2000:]}")

    def note(self, *words):
        self.points.append(" ".join([f"{time.strftime('%T')}", *map(str, words), self.disk.first.replace(self.store, "")]))

    def status(self):
        port = re.search(r"HTTP on \S+:(\d+)", self.log())
        if not port:
            return None
        with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/api/v1/status", timeout=60) as answer:
            return json.load(answer)

    def end(self):
        """Stops it with everything drained, and returns the results."""
        self.disk.well()
        if self.sender.is_alive():
            self.end_sending()
        if self.has_ended():
            self.start()
        self.settle()
        # The status is updated once per second.
        time.sleep(1.2)
        imbalances = self.balance()
        unjournaled = self.answer()["ledger"]["datagrams"]["unjournaled"]
        self.stop()
        drain = self.drain()
        assert drain.returncode == 0, drain.stderr
        self.decoded += number(drain.stderr, "decoded")
        text = self.log(0) + drain.stderr
        hidden, left = self.remains()
        lines = collections.Counter(
            re.sub(r"[-\d.]*\d", "#", line.split(" sagflow: ")[1].replace(self.store, "")) for line in text.split("\n")
            if re.search(r" (error|critical) +sagflow: ", line))
        return {
            "datagrams": len(self.sent), "decoded": self.decoded, "imbalances": imbalances
            + re.findall("DOES NOT ADD UP: (.*)", text), "unjournaled": unjournaled,
            "lost": number(drain.stderr, "lost, store failing"), "dropped": number(drain.stderr, "dropped"),
            "parts": hidden, "left": left, "errors": lines, "drained": drain.stderr}

    def answer(self):
        """Waits for the status: HTTP responds shortly after the collector listens."""
        self.wait_for("it answers", self.status)
        return self.status()

    def newly_lost(self):
        """Returns the rows lost since the last call."""
        status = self.status()
        lost = status["ledger"]["store"]["lost"] if status else self.known
        before, self.known = self.known, max(lost, self.known)
        return self.known - before

    def balance(self):
        """Returns sums that do not add up, after allowing a moment for updates."""
        imbalances = []
        for _ in range(600):
            imbalances = self.answer()["imbalances"]
            if not imbalances:
                break
            time.sleep(0.1)
        return imbalances

    def verdict(self):
        verdict = self.end()
        verdict["missing"], verdict["surplus"] = self.compare(self.replay())
        return dict(verdict, rows=self.row_count(), points=self.points)

    def set_unreadable_aside(self):
        """Moves unreadable files away, which would prevent reading the others."""
        found = []
        for path in glob.glob(f"{self.store}/date*/*/flows-*.parquet"):
            with open(path, "rb") as file:
                octets = file.read()
            if octets[-4:] != b"PAR1":
                found.append(path.replace(self.store, ""))
                os.rename(path, f"{path}.unreadable")
        return found

    # Lines of the log

    def lines(self, words, since=None):
        return {what: len(re.findall(pattern, self.log(since))) for what, pattern in words.items()}

    def is_well(self, since=None):
        return self.lines(BEGINS, since) == self.lines(ENDS, since)


def in_lanes(points, run, environment={}):
    """Distributes points among parallel collectors, and adds up their verdicts."""
    count = max(1, min(LANES, len(points) // 4))
    verdicts, failures = [], []

    def lane(index):
        try:
            lane = Lane(f"lane-{index}", environment)
            lane.send(EXPORTERS, DATAGRAMS_A_SECOND, lasting=True)
            own = run(lane, points[index::count]) or {}
            verdicts.append(dict(lane.verdict(), **own))
        except Exception as failure:
            failures.append(f"lane {index}: {failure!r}, after {lane.points[-3:] if isinstance(lane, Lane) else []}")

    threads = [threading.Thread(target=lane, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit("\n".join(failures))
    return add(verdicts)


def add(verdicts):
    sum = dict(verdicts[0])
    for verdict in verdicts[1:]:
        for key, value in verdict.items():
            sum[key] = sum[key] + value
    sum["left"] = sorted(set(sum["left"]))
    return sum


def pick(points):
    """Returns all or some of the points, in an order determined by the seed."""
    CHANCE.shuffle(points)
    return points if COUNT == "all" else points[:int(COUNT)]


# MARK: Crashes

def live(lane, seconds=SECONDS_A_LIFE):
    """Runs a collector for a while unless a fault ends it, then stops it."""
    end = time.time() + seconds
    # Before it listens it may not handle the signal yet.
    while (time.time() < end or not lane.is_listening()) and not lane.has_ended():
        time.sleep(0.01)
    if not lane.has_ended():
        lane.process.terminate()
    return lane.process.wait(180)


def count_calls(draining, environment):
    """Counts the calls of an undisturbed run that resumes from an earlier one."""
    lane = Lane("undisturbed", environment)
    lane.send(EXPORTERS, DATAGRAMS_A_SECOND, lasting=True)
    lane.start()
    live(lane)
    lane.disk.order("nothing")
    if draining:
        lane.start()
        lane.wait_for("it listens", lane.is_listening)
        time.sleep(1.2)
        lane.kill()
        lane.disk.order("nothing")
        lane.drain(lane.disk.environment)
    else:
        lane.start()
        live(lane)
    lane.end_sending()
    return lane.disk.meant


def crashes(aggregation, draining=False):
    environment = {"SAGFLOW_AGGREGATION_ENABLED": aggregation}
    calls = count_calls(draining, environment)
    # Before a call is the same as after the previous one.
    points = pick([(at, how) for at in range(1, calls + 1) for how in ("half", "after")] * (2 if draining else 1))

    def run(lane, points):
        reached = 0
        for at, how in points:
            lane.disk.well()
            if draining:
                lane.start()
                lane.wait_for("it listens", lane.is_listening)
                time.sleep(1.2)
                # Drains only a checkpoint, or also a journal.
                (lane.stop if CHANCE.random() < 0.3 else lane.kill)()
            lane.disk.order(how, at=at, times=1)
            if draining:
                text = lane.drain(lane.disk.environment).stderr
                lane.decoded += number(text, "decoded")
            else:
                lane.start()
                status = live(lane)
                assert status in (0, -9), f"status {status}: {lane.log()[-2000:]}"
            reached += lane.disk.acted
            lane.note("SIGKILL", how, "call", at, "" if lane.disk.acted else "not reached, after")
        lane.disk.well()
        lane.start()
        # A killed drain does not print its counters.
        return {"reached": reached} | ({"decoded": len(lane.sent)} if draining else {})

    return dict(in_lanes(points, run, environment), calls=calls, tried=len(points))


# MARK: Errors

# Faults by name: the order, and the calls to which it applies.
FAULTS = {
    "ENOSPC": ({"action": "fail", "error": errno.ENOSPC}, CHANGING),
    "EIO": ({"action": "fail", "error": errno.EIO}, ALL),
    "EROFS": ({"action": "fail", "error": errno.EROFS}, CHANGING),
    "short": ({"action": "short"}, mask(["write"])),
}

# Kinds of calls made while it runs, and their paths.
CALLS = [
    ("create", ".part"), ("write", ".part"), ("sync", ".part"), ("rename", ".parquet"), ("look", "hour="),
    ("folder", "date="), ("create", "checkpoint"), ("write", "checkpoint"), ("sync", "checkpoint"), ("rename", "checkpoint"),
    ("remove", "checkpoint"), ("sync", ".journal"), ("look", ".journal"), ("create", "journal-"), ("write", "journal-"),
    ("sync", "journal-"), ("truncate", "journal-"), ("remove", "journal-")]


def errors():
    lane = Lane("undisturbed")
    lane.send(EXPORTERS, DATAGRAMS_A_SECOND, lasting=True)
    lane.start()
    lane.wait_for("it listens", lane.is_listening)
    time.sleep(2)
    lane.stop()
    points = []
    # While starting with state to recover, and while running.
    for place in ("starting", "running"):
        before = lane.disk.counts
        if place == "starting":
            lane.start()
            lane.wait_for("it listens", lane.is_listening)
        else:
            time.sleep(1)
        calls = [after - count for count, after in zip(before, lane.disk.counts)]
        for fault, (_, kinds) in FAULTS.items():
            most = sum(count for index, count in enumerate(calls) if kinds >> index & 1)
            for lasts in (False, True)[:1 + (place == "running")]:
                points += [(place, at, fault, lasts, None) for at in range(1, most + 1)]
        time.sleep(1.5)
    lane.kill()
    lane.end_sending()
    # Faults of a single kind of call, while all others succeed.
    points += [
        ("running", 1, fault, lasts, alone) for fault in FAULTS for alone in CALLS for lasts in (False, True)
        if FAULTS[fault][1] & mask([alone[0]])]
    all_points, points = len(points), pick(points)

    def run(lane, points):
        noisy, stuck, costly, refused, reached = [], [], [], 0, 0
        lane.start()
        lane.wait_for("it listens", lane.is_listening)
        for place, at, fault, lasts, alone in points:
            order, kinds = FAULTS[fault]
            if alone:
                order, kinds = dict(order, text=alone[1]), mask([alone[0]])
            if place == "starting":
                lane.stop()
            since = lane.log_size
            lane.disk.order(kinds=kinds, at=at, times=0 if lasts else 1, **order)
            if place == "starting":
                lane.start_until_it_stays()
                refused += lane.begun > since
            end = time.time() + 5
            while lane.disk.acted == 0 and time.time() < end and place == "running":
                time.sleep(0.02)
            reached += lane.disk.acted > 0
            time.sleep(2 if lasts else 0.1)
            lane.disk.well()
            lane.note(place, "call", at, alone or "", fault, "standing" if lasts else "once")
            try:
                lane.wait_for("it is well", lambda: lane.is_well(since))
            except AssertionError as failure:
                if lane.has_ended():
                    raise
                stuck.append(f"{lane.points[-1]}: {lane.log(since)}")
            for what, count in lane.lines(BEGINS, since).items():
                if count > 1:
                    noisy.append(f"{lane.points[-1]}: {count} lines of {what}")
            # The status is updated once per second.
            time.sleep(1.1)
            if (rows := lane.newly_lost()) > 0:
                costly.append(f"{lane.points[-1]}: {rows} rows: {lane.log(since)}")
        return {"noisy": noisy, "stuck": stuck, "costly": costly, "refused": refused, "reached": reached}

    return dict(in_lanes(points, run), calls=all_points, tried=len(points))


# MARK: Outages

def bounds(lane, without):
    """Returns rows missing or surplus beyond what is allowed if the datagrams `without` may be lost."""
    must = lane.compare(lane.replay("must", without))[0]
    may = lane.compare(lane.replay())[1]
    return {"missing": must, "surplus": may, "points": lane.points}


def outages():
    """The disk fails partly or completely, and the collector is killed meanwhile."""
    places = {"journal": "journal-", "checkpoints": "checkpoint", "files": "flows-", "everything": ""}
    points = pick([(place, error) for place in places for error in (errno.ENOSPC, errno.EIO, errno.EROFS)])
    lane = Lane("lane")
    lane.send(EXPORTERS, DATAGRAMS_A_SECOND, lasting=True)
    may_miss = set()

    def unjournaled():
        return lane.answer()["ledger"]["datagrams"]["unjournaled"]

    for place, error in points:
        lane.start()
        lane.wait_for("it listens", lane.is_listening)
        # Datagrams from now on may not be journaled when the disk fails, because the journal is written once per
        # second.
        first = len(lane.sent)
        time.sleep(1.3)
        before = unjournaled()
        lane.disk.order("fail", error=error, text=places[place])
        time.sleep(2.5)
        told = unjournaled() - before
        lane.kill()
        last = len(lane.sent)
        lane.disk.well()
        lane.note(errno.errorcode[error], "on", place, "datagrams", first, "to", last, "of them unjournaled", told)
        if told:
            may_miss |= set(range(first, last))
    lane.start()
    verdict = dict(lane.end(), **bounds(lane, may_miss))
    return dict(
        verdict, lostDatagrams=len(lane.sent) - lane.decoded, rows=lane.row_count(), tried=len(points))


# MARK: Temporarily failing disks

def ill(action, seconds, rate=200, **order):
    # Slow enough that memory holds all datagrams, even on a busy machine.
    lane = Lane("lane")
    lane.send(EXPORTERS, rate, lasting=True)
    lane.start()
    lane.wait_for("it listens", lane.is_listening)
    time.sleep(2)
    since = lane.log_size
    lane.disk.order(action, **order)
    most_memory, drops, course = 0, 0, []
    end = time.time() + seconds
    while time.time() < end:
        sent = len(lane.sent)
        status = lane.answer()["ledger"]
        behind = sent - status["datagrams"]["received"]
        memory = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{lane.process.pid}/status").read())[1]) // 1024
        most_memory = max(most_memory, memory)
        drops = status["datagrams"]["kernel_dropped"]
        course.append((round(seconds - end + time.time(), 1), behind, memory, status["rows"]["dropped"]))
        time.sleep(0.5)
    # Reception does not wait for the disk: everything sent is received while it fails.
    lane.end_sending()
    sent, behind = len(lane.sent), None

    def has_caught_up():
        nonlocal behind
        behind = sent - lane.answer()["ledger"]["datagrams"]["received"]
        return behind == 0

    try:
        lane.wait_for("all was received", has_caught_up)
    except AssertionError:
        if lane.has_ended():
            raise
    lane.send(EXPORTERS, rate, lasting=True)
    acted = lane.disk.acted if action != "nothing" else lane.disk.meant
    lane.disk.well()
    recovered = time.time()
    try:
        lane.wait_for("it is well", lambda: lane.is_well(since))
        stuck = []
    except AssertionError as failure:
        stuck = [str(failure)]
    recovered = time.time() - recovered
    time.sleep(1)
    begins, ends = lane.lines(BEGINS, since), lane.lines(ENDS, since)
    return dict(
        lane.verdict(), behind=behind, memory=most_memory, kernelDrops=drops, begins=begins, ends=ends,
        acted=acted, stuck=stuck, recovered=round(recovered, 1), course=course)


# MARK: Torn files

# The file, by its position from the newest, and the call before which the collector is killed; None: at any time.
TORN = {
    "journal": ("{journal}/journal-*.pcap", 1, None),
    "journal, killed again": ("{journal}/journal-*.pcap", 1, None),
    "older journal": ("{journal}/journal-*.pcap", 2, None),
    "checkpoint": ("{journal}/checkpoint-*[0-9]", 1, None),
    "older checkpoint": ("{journal}/checkpoint-*[0-9]", 2, None),
    "ring": ("{folder}/run/*ring*", 1, None),
    "unfinished part": ("{store}/date*/*/.flows-*.part", 1, {"kinds": ["sync"], "text": ".part"}),
    # Between the checkpoint that lists a file and the rename to its final name.
    "complete part": ("{store}/date*/*/.flows-*.part", 1, {"kinds": ["rename"], "text": ".parquet"}),
    "file": ("{store}/date*/*/flows-*.parquet", 2, None),
}
# Files whose end is not needed, or not missed at a start: unfinished files are rewritten.
NEED_NO_NAME = {"older journal", "ring", "unfinished part", "file"}


def torn():
    """Cuts octets off the end of one file at a time, after a SIGKILL."""
    points = list(TORN) * (6 if COUNT == "all" else 1)
    CHANCE.shuffle(points)
    points = points if COUNT == "all" else points[:int(COUNT)]
    lane = Lane("lane")
    lane.send(EXPORTERS, DATAGRAMS_A_SECOND, lasting=True)
    lane.start()
    may_miss, unnamed, copies, queries, before = set(), [], {}, [], -1
    for kind in points:
        pattern, place, moment = TORN[kind]
        path = None
        while not path:
            # The next damaged file must not be the only replacement for the previous one.
            lane.wait_for(
                "two checkpoints of its own", lambda: sum(number > before for number in checkpoints(lane)) >= 2, 300)
            time.sleep(CHANCE.uniform(0, 1))
            if moment:
                lane.disk.order("before", mask(moment["kinds"]), times=1, text=moment["text"])
                lane.process.wait(180)
                lane.disk.well()
            else:
                lane.kill()
            path = newest(pattern.format(journal=lane.journal, folder=lane.folder, store=lane.store), place)
            # A segment gets a file once part of it is written.
            before = max(checkpoints(lane))
            if not path:
                lane.start()
        size = os.path.getsize(path)
        left = size - min(CHANCE.randint(1, 200), size)
        lost = datagrams_behind(path, left, lane.sent) if path.endswith(".pcap") else set()
        may_miss |= lost
        if kind == "file":
            copies[path] = f"{lane.folder}/{os.path.basename(path)}"
            shutil.copyfile(path, copies[path])
        os.truncate(path, left)
        lane.note(
            "left", left, "octets of", size, "of", kind, path.replace(lane.store, ""), "without datagrams", sorted(lost))
        if kind == "file":
            queries.append(ask(lane, path))
        lane.start()
        lane.wait_for(f"it goes on: {lane.points[-1]}", lambda: lane.is_listening() and lane.status())
        # The ring often restores the end of a journal; only the final result shows whether it is missing.
        must_name = kind not in NEED_NO_NAME and not path.endswith(".pcap")
        if must_name and os.path.basename(path).strip(".").removesuffix(".part") not in lane.log():
            unnamed.append(lane.points[-1])
        if kind == "journal, killed again":
            lane.kill()
            lane.start()
    verdict = lane.end()
    # Lost rows of a damaged file cannot be recovered; all others must be present.
    for path, copy in copies.items():
        if os.path.exists(path) and os.path.getsize(path) < os.path.getsize(copy):
            shutil.copyfile(copy, path)
    verdict["unreadable"] = lane.set_unreadable_aside()
    if len(lane.sent) > verdict["decoded"] and not re.search(r"journal-\S+ (ends|has lost)", lane.log(0)):
        unnamed.append("a journal that has lost its end")
    return dict(
        verdict, **bounds(lane, may_miss), rows=lane.row_count(), unnamed=unnamed, queries=queries, mayMiss=len(may_miss),
        tried=len(points))


def checkpoints(lane):
    """Returns the numbers of all checkpoints, including those set aside."""
    names = glob.glob(f"{lane.store}/.journal/*/checkpoint-*")
    return [int(found[1]) for found in (re.search(r"/checkpoint-\d+-(\d+)", name) for name in names) if found]


def newest(pattern, place):
    """Returns the last matching file or an earlier one, ordered by number if they have one; None if there is none."""
    def age(path):
        found = re.search(r"/(?:journal|checkpoint)-\d+-(\d+)", path)
        return int(found[1]) if found else os.stat(path).st_mtime_ns

    found = sorted(glob.glob(pattern, include_hidden=True), key=age)
    return found[-place] if len(found) >= place else None


def ask(lane, path):
    """Returns whether a query reads the other files, and reports that it omits the damaged one."""
    answer = subprocess.run(
        [lane.program, "query", "-r", lane.store, "--count", "--format", "csv"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=lane.environment)
    rows = answer.stdout.split("\n")[-2:][0].split(",")[0]
    return {"rows": int(rows or 0), "names": os.path.basename(path) in answer.stderr, "status": answer.returncode}


def datagrams_behind(path, size, sent):
    """Returns the numbers of a segment's datagrams that do not end within its first octets."""
    octets = open(path, "rb").read()
    found, place = set(), 24
    while place + 16 <= len(octets):
        length = struct.unpack_from("=I", octets, place + 8)[0]
        end = place + 16 + length
        if end > size and end <= len(octets):
            port = struct.unpack_from(">H", octets, place + 16 + 20)[0]
            datagram = octets[place + 16 + 28:end]
            # The latest identical datagram.
            for back in range(len(sent) - 1, -1, -1):
                if sent[back][1:] == (port, datagram):
                    found.add(back)
                    break
        place = end
    return found


SCENARIOS = {
    "crashes-plain": lambda: crashes("false"),
    "crashes-aggregated": lambda: crashes("true"),
    "crashes-draining": lambda: crashes("false", draining=True),
    "errors": errors,
    "outages": outages,
    "slow": lambda: ill("nothing", 10, rate=1000, delay=3000, kinds=ALL),
    "read-only": lambda: ill("fail", 5, error=errno.EROFS),
    "vanished": lambda: ill("vanish", 5, kinds=ALL),
    "torn": torn,
}

if __name__ == "__main__":
    PROGRAM, LIBRARY, FOLDER, SEED, SCENARIO = sys.argv[1:6]
    COUNT = sys.argv[6] if len(sys.argv) > 6 else "8"
    CHANCE = random.Random(int(SEED))
    # A drain does not keep templates.
    EXPORTERS = Exporters(PROGRAM, int(SEED), 3000, [5] if SCENARIO == "crashes-draining" else [5, 9, 10])
    verdict = SCENARIOS[SCENARIO]()
    print(json.dumps(dict(verdict, scenario=SCENARIO, seed=int(SEED))))
