#!/usr/bin/env python3
"""make-checkpoints.py PROGRAM FILE: sends some datagrams to a collector, stops it, and saves its checkpoint as FILE.

The checkpoints in this folder were written by programs with earlier versions of the format; later programs cannot recreate
them. To keep another version, run this script once with a program that still writes it, and name the file after its first
eight octets.
"""
import glob, os, shutil, signal, socket, struct, subprocess, sys, tempfile, time

program, target = os.path.abspath(sys.argv[1]), sys.argv[2]
captures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "real")
port = 21201


def payloads(name):
    """Returns the UDP payloads of the first datagrams in a capture of raw IPv4 or Ethernet frames."""
    octets = open(os.path.join(captures, name), "rb").read()
    link, place, found = struct.unpack("<I", octets[20:24])[0], 24, []
    while place < len(octets) and len(found) < 4:
        size = struct.unpack("<I", octets[place + 8 : place + 12])[0]
        frame = octets[place + 16 : place + 16 + size]
        place += 16 + size
        if link == 1:
            frame = frame[14:]
        found.append(frame[(frame[0] & 15) * 4 + 8 :])
    return found


def fields(pairs):
    return b"".join(struct.pack(">HH", *pair) for pair in pairs)


def ipfix(sequence, domain, *sets):
    content = b"".join(struct.pack(">HH", number, 4 + len(body)) + body for number, body in sets)
    return struct.pack(">HHIII", 10, 16 + len(content), int(time.time()), sequence, domain) + content


def template(number, pairs):
    return 2, struct.pack(">HH", number, len(pairs)) + fields(pairs)


def options(number, scopes, pairs):
    return 3, struct.pack(">HHH", number, len(pairs), scopes) + fields(pairs)


own = [
    ipfix(0, 1, options(400, 1, [(10, 4), (82, 8)]), (400, struct.pack(">I", 7) + b"uplink\0\0")),
    ipfix(1, 1, options(401, 1, [(302, 8), (305, 4), (306, 4)]), (401, struct.pack(">QII", 3, 10, 90))),
    ipfix(
        2, 1, options(402, 2, [(346, 4), (303, 2), (339, 1), (341, 12)]),
        (402, struct.pack(">IHB", 64999, 5, 3) + b"exampleField"),
    ),
    ipfix(
        3, 1, template(256, [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (85, 8), (10, 4)]),
        (256, struct.pack(">IIHHBQI", 0x0A000001, 0x0A000002, 1, 53, 17, 1000, 7)),
    ),
    ipfix(4, 1, (300, b"early data of nine " * 3)),
]
sent = [
    ("127.0.0.2", 5000, payloads("softflowd-v9-sampled.pcap")),
    ("127.0.0.3", 5001, payloads("pmacctd-v10-classes.pcap")),
    ("127.0.0.4", 5002, payloads("softflowd-v5-sampled.pcap")),
    ("127.0.0.5", 5003, payloads("nfreplay-v9.pcap")),
    ("127.0.0.9", 6000, own),
    ("127.0.0.10", 6001, [ipfix(0, 2, template(256, [(8, 4), (12, 4)]))]),
    ("127.0.0.11", 6002, [struct.pack(">HHIIII", 9, 0, 1000, int(time.time()), 0, 3)]),
]
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/sagflow.yaml", "w") as file:
        file.write("aggregation:\n  activeTimeout: 3600\n  inactiveTimeout: 1800\nstore:\n  rotation: 3600\n")
    environment = dict(os.environ, SAGFLOW_HTTP_LISTEN="", SAGFLOW_RECEIVE_WORKERS="1")
    collector = subprocess.Popen(
        [program, "collect", "-c", folder + "/sagflow.yaml", "--listen", f"127.0.0.1:{port}", "-o", folder + "/store"],
        env=environment,
    )
    time.sleep(4)
    for address, source, messages in sent:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.bind((address, source))
        for message in messages:
            sender.sendto(message, ("127.0.0.1", port))
            time.sleep(0.01)
    time.sleep(2)
    collector.send_signal(signal.SIGTERM)
    collector.wait()
    shutil.copy(glob.glob(folder + "/store/.journal/*/checkpoint-0-*")[0], target)
