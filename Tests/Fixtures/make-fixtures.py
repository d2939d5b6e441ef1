#!/usr/bin/env python3
"""Creates the captures in real/ by running real exporters on this host, and their golden output.

  make-fixtures.py [NAME-PART]...

Needs softflowd, fprobe, nfdump (nfcapd, nfreplay), pmacct and tshark (Debian packages of those names), and root for
fprobe. Synthetic traffic goes through each exporter; what it sends to a socket on loopback is written as a capture with
the exporter's own ports and arrival times. Each run has other ports and times, so golden output is created with the
capture: by reference.py, checked against tshark field by field where tshark shows the field.
"""
import glob, json, os, random, select, signal, socket, struct, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
REAL = os.path.join(HERE, "real")
START = 1750000000.25


# ------------------------------------------------------------------------------------------------ traffic

def checksum(data):
    total = sum(struct.unpack(">%dH" % ((len(data) + 1) // 2), data + b"\0" * (len(data) % 2)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_packet(source, destination, protocol, body, tos=0):
    if ":" in source:
        addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
        return struct.pack(">IHBB", 6 << 28 | tos << 20, len(body), protocol, 64) + addresses + body
    head = struct.pack(">BBHHHBBH", 0x45, tos, 20 + len(body), 1, 0x4000, 64, protocol, 0)
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    return head[:10] + struct.pack(">H", checksum(head + addresses)) + addresses + body


def tcp(source_port, destination_port, flags, size):
    return struct.pack(">HHIIBBHHH", source_port, destination_port, 1, 1, 0x50, flags, 65535, 0, 0) + b"x" * size


def udp(source_port, destination_port, size):
    return struct.pack(">HHHH", source_port, destination_port, 8 + size, 0) + b"x" * size


def conversations(rng, count, ipv6, vlans):
    """Yields (time, frame) of `count` conversations, unordered."""
    for index in range(count):
        v6 = rng.random() < ipv6
        inside, outside = rng.randint(1, 20), rng.randint(1, 200)
        client = "2001:db8:1::%x" % inside if v6 else "10.1.0.%d" % inside
        server = "2001:db8:2::%x" % outside if v6 else "203.0.113.%d" % outside
        macs = struct.pack(">HI", 0x0200, inside), struct.pack(">HI", 0x0200, 0xFF000000)
        tag = struct.pack(">HH", 0x8100, 100 + inside % 4) if vlans else b""
        kind = rng.choice(["tcp", "tcp", "tcp", "udp", "udp", "icmp"])
        port, moment = rng.randint(32768, 60999), START + rng.uniform(0, 20)
        service = rng.choice([443, 443, 80, 22, 25] if kind == "tcp" else [53, 53, 123, 443])
        tos = rng.choice([0, 0, 0, 0xB8, 0x48])
        packets = [(0, 0)] + [(rng.random() < 0.6, rng.choice([0, 100, 1200])) for _ in range(rng.randint(1, 12))]
        for place, (reply, size) in enumerate(packets):
            last = place == len(packets) - 1
            ports = (service, port) if reply else (port, service)
            if kind == "tcp":
                protocol, body = 6, tcp(*ports, 0x02 if place == 0 else 0x11 if last else 0x18, size)
            elif kind == "udp":
                protocol, body = 17, udp(*ports, size + 20)
            else:
                echo = (129 if reply else 128) if v6 else (0 if reply else 8)
                protocol, body = (58 if v6 else 1), struct.pack(">BBHHH", echo, 0, 0, index, place) + b"x" * 56
            pair = (server, client) if reply else (client, server)
            ethernet = (macs[0] + macs[1] if reply else macs[1] + macs[0]) + tag
            frame = ethernet + (b"\x86\xdd" if v6 else b"\x08\x00") + ip_packet(*pair, protocol, body, tos)
            yield moment, frame
            moment += rng.expovariate(8)


def write_traffic(path, seed, count, ipv6=0.0, vlans=False):
    frames = sorted(conversations(random.Random(seed), count, ipv6, vlans))
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for moment, frame in frames:
            out.write(struct.pack("<IIII", int(moment), int(moment % 1 * 1e6), len(frame), len(frame)) + frame)
    return path


# ------------------------------------------------------------------------------------------------ exporters

class Collector:
    """A socket on loopback that records what it receives."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port, self.datagrams = self.socket.getsockname()[1], []

    def take(self, quiet, enough=lambda datagrams: False, patience=60):
        """Receives until nothing has arrived for `quiet` seconds after the first datagram."""
        end = time.time() + patience
        while time.time() < end and not enough(self.datagrams):
            if select.select([self.socket], [], [], quiet if self.datagrams else 1)[0]:
                payload, sender = self.socket.recvfrom(65536)
                self.datagrams.append((time.time(), sender, payload))
            elif self.datagrams:
                break

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for moment, (address, port), payload in self.datagrams:
                packet = ip_packet(address, "127.0.0.1", 17, struct.pack(">HHHH", port, self.port, 8 + len(payload), 0) + payload)
                frame = bytes(12) + b"\x08\x00" + packet
                out.write(struct.pack("<IIII", int(moment), int(moment % 1 * 1e6), len(frame), len(frame)) + frame)


def run_softflowd(collector, tmp, traffic, version, *options):
    # Only the base name, because softflowd exports it as the interface name.
    subprocess.run(["softflowd", "-r", os.path.basename(traffic), "-n", "127.0.0.1:%d" % collector.port,
                    "-v", str(version), "-d", "-p", "none", "-c", "none", *options],
                   cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    collector.take(0.5)


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_pmacctd(collector, tmp, traffic, version, aggregate, *lines):
    with open(tmp + "/pmacctd.conf", "w") as out:
        out.write("\n".join(["daemonize: false", "pcap_savefile: " + traffic, "pcap_savefile_wait: false",
                             "plugins: nfprobe", "aggregate: " + aggregate, "nfprobe_receiver: 127.0.0.1:%d" % collector.port,
                             "nfprobe_version: %d" % version, "nfprobe_timeouts: expint=1:maxlife=3:general=3:tcp=3:udp=3:icmp=3",
                             *lines]) + "\n")
    subprocess.run(["pmacctd", "-f", tmp + "/pmacctd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    collector.take(2)


def run_fprobe(collector, tmp, *options):
    """fprobe reads an interface, so real packets go over loopback."""
    process = subprocess.Popen(["fprobe", "-i", "lo", "-f", "udp portrange 20000-20099 or tcp portrange 20000-20099", "-s", "1",
                                "-d", "2", "-e", "3", "-l", "2", *options, "127.0.0.1:%d" % collector.port],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    rng = random.Random(5)
    for _ in range(60):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(rng.randint(1, 5)):
                sender.sendto(b"x" * rng.randint(1, 1000), ("127.0.0.1", rng.randint(20000, 20050)))
    with socket.create_server(("127.0.0.1", 20099)) as server, socket.create_connection(("127.0.0.1", 20099)) as client:
        peer, _ = server.accept()
        client.sendall(b"x" * 30000)
        peer.close()
    collector.take(4, patience=25)
    pids = subprocess.run(["pgrep", "-f", "fprobe.*127.0.0.1:%d$" % collector.port], capture_output=True, text=True).stdout
    for pid in pids.split():
        os.kill(int(pid), signal.SIGTERM)
    process.wait()


def run_nfreplay(collector, tmp, traffic, version):
    """Sends from softflowd to nfcapd, and replays nfcapd's file to us."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.mkdir(tmp + "/flows")
    nfcapd = subprocess.Popen(["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", tmp + "/flows", "-t", "3600"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    between = Collector()
    run_softflowd(between, tmp, traffic, 9)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _, _, payload in between.datagrams:
            sender.sendto(payload, ("127.0.0.1", port))
            time.sleep(0.01)
    time.sleep(0.5)
    stop(nfcapd)
    for file in sorted(glob.glob(tmp + "/flows/nfcapd.*")):
        subprocess.run(["nfreplay", "-r", file, "-H", "127.0.0.1", "-p", str(collector.port), "-v", str(version), "-d", "1000"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    collector.take(0.5)


FULL = "src_host,dst_host,src_port,dst_port,proto,tos"
#  name: generator, its traffic (seed, conversations, IPv6 share, VLAN tags) and its remaining arguments
CASES = {
    "softflowd-v5": (run_softflowd, (1, 40, 0, False), (5,)),
    "softflowd-v5-sampled": (run_softflowd, (2, 60, 0, False), (5, "-s", "4", "-a")),
    "softflowd-v9": (run_softflowd, (3, 40, 0.3, False), (9,)),
    "softflowd-v9-ether": (run_softflowd, (4, 30, 0.2, True), (9, "-T", "ether", "-a")),
    "softflowd-v9-proto": (run_softflowd, (5, 40, 0.2, False), (9, "-T", "proto")),
    "softflowd-v9-sampled": (run_softflowd, (6, 60, 0.2, False), (9, "-s", "8")),
    "softflowd-v10": (run_softflowd, (7, 40, 0.3, False), (10,)),
    "softflowd-v10-seconds": (run_softflowd, (8, 25, 0.3, False), (10, "-A", "sec")),
    "softflowd-v10-milli": (run_softflowd, (9, 25, 0.3, False), (10, "-A", "milli")),
    "softflowd-v10-micro-vlan": (run_softflowd, (10, 25, 0.3, True), (10, "-A", "micro", "-T", "vlan")),
    "softflowd-v10-nano-ether": (run_softflowd, (11, 25, 0.3, True), (10, "-A", "nano", "-T", "ether")),
    "softflowd-v10-biflow": (run_softflowd, (12, 30, 0.3, False), (10, "-b", "-A", "milli")),
    "softflowd-psamp": (run_softflowd, (13, 3, 0.3, False), ("psamp", "-s", "4")),
    "pmacctd-v5": (run_pmacctd, (14, 30, 0, False), (5, FULL)),
    "pmacctd-v9": (run_pmacctd, (15, 30, 0.3, True), (9, FULL + ",src_mac,dst_mac,vlan,in_iface,out_iface")),
    "pmacctd-v10": (run_pmacctd, (16, 30, 0.3, True),
                    (10, FULL + ",src_mac,dst_mac,vlan,flows", "sampling_rate: 2")),
    "pmacctd-v10-classes": (run_pmacctd, (17, 20, 0, False),
                            (10, FULL + ",src_as,dst_as,src_mask,dst_mask,tag,tag2", "nfprobe_source_id: 77")),
    "fprobe-v5": (run_fprobe, None, ("-x", "7:9")),
    "nfreplay-v5": (run_nfreplay, (18, 30, 0, False), (5,)),
    "nfreplay-v9": (run_nfreplay, (19, 30, 0.3, False), (9,)),
}


# ------------------------------------------------------------------------------------------------ golden output

def column(capture, port, *fields):
    """Returns tshark's values of the fields for the whole capture, in order."""
    run = subprocess.run(["tshark", "-n", "-r", capture, "-d", "udp.port==%d,cflow" % port, "-T", "fields", "-E", "aggregator=;",
                          *(x for f in fields for x in ("-e", f))], check=True, capture_output=True, text=True)
    return sorted(v for v in run.stdout.replace("\n", ";").replace("\t", ";").split(";") if v)


def values(records, *names):
    found = []
    for record in records:
        for name in names:
            value = record["fields"].get(name)
            if value is not None:
                found += [str(v) for v in (value if isinstance(value, list) else [value])]
    return sorted(found)


def check(name, capture, port, lines):
    """Compares with tshark what both show; tshark folds or hides the rest (see each field's name in its dissector)."""
    records = [json.loads(line) for line in lines]
    pairs = [(["cflow.srcaddr", "cflow.srcaddrv6"], ["sourceIPv4Address", "sourceIPv6Address"]),
             (["cflow.dstaddr", "cflow.dstaddrv6"], ["destinationIPv4Address", "destinationIPv6Address"]),
             (["cflow.srcport"], ["sourceTransportPort"]), (["cflow.dstport"], ["destinationTransportPort"]),
             (["cflow.protocol"], ["protocolIdentifier"]), (["cflow.octets"], ["octetDeltaCount", "29305/1"]),
             (["cflow.packets"], ["packetDeltaCount", "29305/2"]), (["cflow.srcmac"], ["sourceMacAddress"]),
             (["cflow.vlanid"], ["vlanId"]), (["cflow.inputint"], ["ingressInterface"])]
    total = 0
    for theirs, ours in pairs:
        want, got = column(capture, port, *theirs), values(records, *ours)
        total += len(want)
        if want != got:
            sys.exit("%s: tshark and reference.py differ in %s: %d and %d values, %s"
                     % (name, ours[0], len(want), len(got), sorted(set(want) ^ set(got))[:5]))
    return total


def make(name):
    run, traffic, arguments = CASES[name]
    collector = Collector()
    capture = os.path.join(REAL, name + ".pcap")
    with tempfile.TemporaryDirectory() as tmp:
        if traffic:
            arguments = (write_traffic(tmp + "/traffic.pcap", *traffic),) + arguments
        run(collector, tmp, *arguments)
    if not collector.datagrams:
        sys.exit("%s: the exporter sent nothing" % name)
    collector.write(capture)
    counters = os.path.join(REAL, name + ".counters.json")
    reference = [sys.executable, os.path.join(HERE, "reference.py"), capture, "--counters", counters]
    golden = subprocess.run(reference, check=True, capture_output=True).stdout
    with open(counters) as found:
        errors = json.load(found)
    errors.pop("sequence_gap", None)    # softflowd numbers IPFIX messages by their last record, not their first
    if errors:
        sys.exit("%s: a real exporter should make no errors, but: %s" % (name, errors))
    os.remove(counters)
    with open(os.path.join(REAL, name + ".records.jsonl"), "wb") as out:
        out.write(golden)
    lines = golden.decode().splitlines()
    agreed = check(name, capture, collector.port, lines)
    print("%-26s %3d datagrams %4d records %6d octets, %5d values as tshark shows them"
          % (name, len(collector.datagrams), len(lines), os.path.getsize(capture), agreed))


if __name__ == "__main__":
    os.makedirs(REAL, exist_ok=True)
    for name in CASES:
        if not sys.argv[1:] or any(part in name for part in sys.argv[1:]):
            make(name)
