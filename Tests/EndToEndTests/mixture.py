"""Traffic like that of a collector over weeks: exporters that appear and disappear, templates that change, names and sampling
rates, clock steps, data before their templates, and malformed messages. All of it is determined by a seed.
"""

import collections
import socket
import struct
import time

# Elements and lengths of each record: addresses, ports, protocol, TOS, TCP flags, interfaces, packets, octets, times.
FIELDS = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (5, 1), (6, 1), (10, 4), (14, 4), (2, 8), (1, 8)]
TIMES = {9: [(22, 4), (21, 4)], 10: [(152, 8), (153, 8)]}
RECORD = {9: struct.Struct(">IIHHBBBIIQQII"), 10: struct.Struct(">IIHHBBBIIQQQQ")}
V5_RECORD = struct.Struct(">III HHIIII HH BBBB HHBBH")
# Additional elements that vary between templates.
MORE = [(16, 4), (17, 4), (9, 1), (13, 1), (18, 4), (32, 2), (60, 1), (61, 1), (210, 3), (210, 7)]
RECORDS = 12

Flow = collections.namedtuple("Flow", "source target source_port target_port protocol")
# An order of fields: the elements, and padding octets after the common ones.
Template = collections.namedtuple("Template", "id fields padding")


class Loopback:
    """Sends from this host's loopback addresses, in real time."""

    now = staticmethod(time.time)

    @staticmethod
    def bind(address):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((address, 0))
        return opened


class Capture:
    """Writes a capture, with its own times."""

    Port = collections.namedtuple("Port", "address port close")

    def __init__(self, begin):
        self.time, self.bound = begin, 0
        # How far the capturing host's clock is off, seconds.
        self.offset = 0

    def now(self):
        return self.time

    def bind(self, address):
        self.bound += 1
        return self.Port(socket.inet_aton(address), 1024 + self.bound % 64000, lambda: None)

    HEADER = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)

    def frame(self, source, datagram):
        """Returns a datagram as a record of the capture, without the file header."""
        udp = struct.pack(">HHHH", source.port, 9995, 8 + len(datagram), 0)
        ip = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 28 + len(datagram), 0, 0x4000, 64, 17, 0, source.address, bytes([127, 0, 0, 1]))
        size, arrival = 28 + len(datagram), self.time + self.offset
        return struct.pack("=IIII", int(arrival), int(arrival % 1 * 1e6), size, size) + ip + udp + datagram


class Exporter:
    """One source port of one address. Counts everything sent that must be found in the store."""

    def __init__(self, place, chance, version, address, ids=8):
        self.place, self.chance, self.version, self.address, self.ids = place, chance, version, address, ids
        self.socket = place.bind(address)
        self.domain = chance.randrange(4)
        self.clock = 0
        self.flows = collections.deque(maxlen=400)
        self.records = self.octets = self.packets = 0
        self.restart()

    def restart(self):
        """Reboots the device: all earlier state is void."""
        self.booted = self.place.now() - self.chance.uniform(10, 1000)
        self.sequence, self.turns = 0, 0
        self.templates = collections.OrderedDict()

    def close(self):
        self.socket.close()

    def turn(self):
        """Returns the datagrams of one turn: one of data, preceded by whatever it needs."""
        self.turns += 1
        if self.version == 5:
            return [self.v5()]
        before = []
        if self.turns % 20 == 1:
            before.append(self.define())
        elif self.turns % 10 == 5:
            before.append(self.message([self.definitions(self.templates.values())]))
        if self.turns % 25 == 3:
            before.append(self.options())
        return before + [self.data(self.chance.choice(list(self.templates.values())))]

    # Flows

    def flow(self):
        if self.flows and self.chance.random() < 0.4:
            return self.chance.choice(self.flows)
        flow = Flow(
            0x0A000000 + self.chance.getrandbits(16), 0xC0A80000 + self.chance.getrandbits(12),
            self.chance.randrange(1024, 65536), self.chance.choice((53, 80, 123, 443, 8080)), self.chance.choice((6, 17)))
        self.flows.append(flow)
        return flow

    def counts(self):
        packets = self.chance.randrange(1, 50)
        octets = packets * self.chance.randrange(40, 1500)
        self.records += 1
        self.packets += packets
        self.octets += octets
        return packets, octets

    @property
    def now(self):
        """Returns the time of its own clock."""
        return self.place.now() + self.clock

    @property
    def uptime(self):
        return int((self.place.now() - self.booted) * 1000) & 0xFFFFFFFF

    # Messages

    def v5(self):
        now, uptime, body = self.now, self.uptime, b""
        for _ in range(RECORDS):
            flow, (packets, octets) = self.flow(), self.counts()
            body += V5_RECORD.pack(
                flow.source, flow.target, 0, 1, 2, packets, octets, max(0, uptime - self.chance.randrange(2000)), uptime,
                flow.source_port, flow.target_port, 0, 0x18, flow.protocol, 0, 0, 0, 24, 24, 0)
        header = struct.pack(
            ">HHIIIIBBH", 5, RECORDS, uptime, int(now), int(now % 1 * 1e9), self.sequence & 0xFFFFFFFF, 0, self.domain, 0)
        self.sequence += RECORDS
        return header + body

    def message(self, sets, records=0):
        """Returns a v9 or IPFIX message of sets that contain `records` data records."""
        body = b"".join(sets)
        if self.version == 9:
            header = struct.pack(
                ">HHIIII", 9, len(sets), self.uptime, int(self.now), self.sequence & 0xFFFFFFFF, self.domain)
            self.sequence += 1
        else:
            header = struct.pack(
                ">HHIII", 10, 16 + len(body), int(self.now), self.sequence & 0xFFFFFFFF, self.domain)
            self.sequence += records
        return header + body

    @staticmethod
    def set(id, content):
        content += bytes(-len(content) % 4)
        return struct.pack(">HH", id, 4 + len(content)) + content

    def define(self):
        """Returns a template with a new or reused id."""
        id = 256 + self.chance.randrange(self.ids)
        more = self.chance.sample(MORE, self.chance.randrange(4))
        template = Template(id, FIELDS + TIMES[self.version] + more, sum(length for _, length in more))
        self.templates[id] = template
        return self.message([self.definitions([template])])

    def definitions(self, templates):
        content = b"".join(
            struct.pack(">HH", template.id, len(template.fields))
            + b"".join(struct.pack(">HH", *field) for field in template.fields) for template in templates)
        return self.set(0 if self.version == 9 else 2, content)

    def data(self, template):
        uptime, now, content = self.uptime, int(self.now * 1000), b""
        for _ in range(RECORDS):
            flow, (packets, octets) = self.flow(), self.counts()
            end = uptime if self.version == 9 else now
            content += RECORD[self.version].pack(
                *flow[:4], flow.protocol, 0, 0x18, 1, 2, packets, octets, max(0, end - self.chance.randrange(2000)),
                end) + bytes(template.padding)
        return self.message([self.set(template.id, content)], RECORDS)

    def options(self):
        """Returns interface names and sampler rates, with changing values."""
        name = f"port-{self.chance.randrange(1000)}".encode().ljust(16, b"\0")
        index = self.chance.randrange(1, 40)
        sampling = struct.pack(">IBBI", 0, 1, 2, self.chance.choice((1, 1, 1, 100)))
        if self.version == 9:
            sets = [
                self.set(1, struct.pack(">HHH HH HH", 900, 4, 4, 2, 4, 82, 16)),
                self.set(1, struct.pack(">HHH HH HHHHHH", 901, 4, 12, 1, 4, 48, 1, 49, 1, 50, 4))]
        else:
            sets = [
                self.set(3, struct.pack(">HHH HH HH", 900, 2, 1, 10, 4, 82, 16)),
                self.set(3, struct.pack(">HHH HH HHHHHH", 901, 4, 1, 144, 4, 48, 1, 49, 1, 50, 4))]
        return self.message(sets + [self.set(900, struct.pack(">I", index) + name), self.set(901, sampling)], 2)


class LateExporter(Exporter):
    """Sends data whose templates arrive later, or never."""

    def turn(self):
        if self.turns == 0:
            self.define()
            self.sequence = 0
        self.turns += 1
        if self.turns % 40 == 30 and self.domain % 2:
            return [self.message([self.definitions(self.templates.values())])]
        return [self.data(next(iter(self.templates.values())))]


class BrokenExporter(Exporter):
    """Sends malformed messages."""

    def turn(self):
        datagrams = super().turn()
        return datagrams[:-1] + [self.break_(datagrams[-1])]

    def break_(self, datagram):
        chance, octets = self.chance, bytearray(datagram)
        kind = chance.randrange(8)
        if kind == 0:
            return bytes(octets[:chance.randrange(len(octets))])
        if kind == 1:
            for _ in range(chance.randrange(1, 20)):
                octets[chance.randrange(len(octets))] = chance.randrange(256)
        elif kind == 2:
            return chance.randbytes(chance.randrange(1, 1400))
        elif kind == 3:
            octets[0:2] = struct.pack(">H", chance.choice((0, 1, 7, 8, 11, 65535)))
        elif kind == 4:
            # A wrong set length or v5 count.
            octets[2:4] = struct.pack(">H", chance.randrange(65536))
        elif kind == 5 and self.version != 5:
            octets[-4:] = struct.pack(">HH", chance.randrange(65536), chance.randrange(4))
        elif kind == 6 and self.version != 5:
            # An invalid template: no fields, too many, of variable and of zero length.
            fields = b"".join(
                struct.pack(">HH", chance.randrange(65536), chance.choice((0, 1, 4, 16, 65535, 9000)))
                for _ in range(chance.randrange(60)))
            octets += self.set(0 if self.version == 9 else 2, struct.pack(
                ">HH", chance.randrange(200, 400), chance.randrange(70)) + fields)
        else:
            octets += chance.randbytes(chance.randrange(1, 200))
        return bytes(octets)


class Mixture:
    """Exporters of all kinds. `turn` returns what one of them sends next."""

    # First octets of addresses: exporters whose records must all be found, and others.
    GOOD, LATE, BROKEN = "127.1", "127.2", "127.3"

    def __init__(self, chance, place=Loopback, steady=12, passing=24, late=6, broken=6):
        self.chance, self.place, self.born, self.counts = chance, place, 0, collections.Counter()
        self.steady = [self.make(Exporter, self.GOOD) for _ in range(steady)]
        self.passing = [self.make(Exporter, self.GOOD) for _ in range(passing)]
        self.late = [self.make(LateExporter, self.LATE) for _ in range(late)]
        self.broken = [self.make(BrokenExporter, self.BROKEN) for _ in range(broken)]
        # Totals sent by valid exporters that are gone.
        self.gone = collections.Counter()

    def make(self, kind, network):
        self.born += 1
        version = self.chance.choice((9, 10) if kind is LateExporter else (5, 9, 9, 10))
        # Some reuse the address of an earlier exporter; most are new.
        number = self.chance.randrange(1, self.born + 1) if self.chance.random() < 0.1 else self.born
        return kind(self.place, self.chance, version, f"{network}.{number >> 8 & 255}.{number & 255}")

    def renew(self, exporters, index):
        old = exporters[index]
        if exporters is self.passing:
            self.count(old, self.gone)
        old.close()
        exporters[index] = self.make(type(old), old.address.rsplit(".", 2)[0])
        self.counts["exporters"] += 1

    @staticmethod
    def count(exporter, total):
        total.update(records=exporter.records, octets=exporter.octets, packets=exporter.packets)

    @property
    def good(self):
        """Returns the totals sent by valid exporters."""
        total = collections.Counter(self.gone)
        for exporter in self.steady + self.passing:
            self.count(exporter, total)
        return total

    def turn(self):
        """Returns the next sending socket and its datagrams."""
        draw = self.chance.random()
        if draw < 0.05:
            exporters, lives = self.broken, 40
        elif draw < 0.08:
            exporters, lives = self.late, 100
        elif draw < 0.55:
            exporters, lives = self.passing, 60
        else:
            exporters, lives = self.steady, 0
        index = self.chance.randrange(len(exporters))
        if lives and exporters[index].turns > lives:
            self.renew(exporters, index)
        exporter = exporters[index]
        if exporters is self.steady:
            self.disturb(exporter)
        datagrams = exporter.turn()
        self.counts["datagrams"] += len(datagrams)
        self.counts["malformed"] += exporters is self.broken
        return exporter.socket, datagrams

    def settle(self):
        """Sends a few last turns of exporters that may just have restarted: their data wait until templates are repeated."""
        for exporter in self.steady:
            for _ in range(10):
                yield exporter.socket, exporter.turn()

    def disturb(self, exporter):
        draw = self.chance.random()
        if draw < 0.002:
            exporter.restart()
            self.counts["restarts of exporters"] += 1
        elif draw < 0.004:
            exporter.clock = self.chance.choice((0, 0, -7200, 7200, -90, 90, 86400 * 30))
            # Its templates are repeated with the next turn: data that wait too long for them are lost.
            if exporter.turns > 0:
                exporter.turns = exporter.turns // 10 * 10 + 4
            self.counts["steps of exporters' clocks"] += 1
