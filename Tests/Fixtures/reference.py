#!/usr/bin/env python3
"""Reference decoder of flow export captures: small and slow, written from the RFCs, independent of the product.

  reference.py CAPTURE [--counters FILE]
  reference.py --beside CAPTURE...

Prints one JSON object per data record, as `sagflow replay --records` does, and writes its error counters to FILE; with
--beside, both go to files next to each capture.
Used for comparison in differential tests, and to create the golden output of the captures in real/.

RFC 3954 (NetFlow v9), RFC 7011 (IPFIX), RFC 6313 (structured data), RFC 5103 (reverse elements); templates never
expire, data before its template is not held back, sequence numbers are only counted.
"""
import argparse, collections, csv, datetime, ipaddress, json, os, struct, sys

REGISTRY = {int(r["id"]): (r["name"], r["type"]) for r in csv.DictReader(
    open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "iana-ie.csv")))}
REVERSE, VARIABLE = 29305, 65535


class Malformed(Exception):
    """A list or record that cannot be parsed."""


# ------------------------------------------------------------------------------------------------ capture files

def frames(data):
    """Yields (link type, captured octets) of a pcap or pcapng file."""
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from pcapng(data)
        return
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}[magic]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        yield link, data[at + 16:at + 16 + size]
        at += 16 + size


def pcapng(data):
    order, links, at = "<", [], 0
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order, links = ("<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"), []
        kind, size = struct.unpack_from(order + "II", data, at)
        body = data[at + 8:at + size - 4]
        if kind == 1:                                    # interface description
            links.append(struct.unpack_from(order + "HHI", body)[::2])
        elif kind == 6:                                  # enhanced packet
            interface, _, _, length = struct.unpack_from(order + "IIII", body)
            yield links[interface][0], body[20:20 + length]
        elif kind == 3:                                  # simple packet
            length = struct.unpack_from(order + "I", body)[0]
            yield links[0][0], body[4:4 + min(length, links[0][1] or length)]
        at += max(size, 12)


def packet(link, frame):
    """Returns the IP packet in a frame, or None."""
    if link in (12, 14, 101, 228, 229):
        return frame
    if link in (0, 108):
        families = (2, 10, 24, 28, 30)
        known = any(int.from_bytes(frame[:4], o) in families for o in (("big",) if link == 108 else ("little", "big")))
        return frame[4:] if known else None
    at, kind = {1: (14, 12), 113: (16, 14), 276: (20, 0)}.get(link, (0, None))
    if kind is None or len(frame) < at:
        return None
    ethertype = int.from_bytes(frame[kind:kind + 2], "big")
    while ethertype in (0x8100, 0x88A8, 0x9100) and len(frame) >= at + 4:
        ethertype, at = int.from_bytes(frame[at + 2:at + 4], "big"), at + 4
    return frame[at:] if ethertype in (0x0800, 0x86DD) else None


class Network:
    """Turns frames into UDP datagrams; keeps the fragments of incomplete ones."""

    def __init__(self, counters):
        self.counters, self.parts = counters, {}

    def datagram(self, link, frame):
        """Returns (source address, source port, payload) or None."""
        ip = packet(link, frame)
        if not ip:
            return None
        if ip[0] >> 4 == 4 and len(ip) >= 20:
            header, length = (ip[0] & 15) * 4, int.from_bytes(ip[2:4], "big")
            source, protocol, flags = ip[12:16], ip[9], int.from_bytes(ip[6:8], "big")
            if protocol != 17 or header < 20:
                return None
            if len(ip) < length or length < header:
                return self.cut()
            body = ip[header:length]
            if flags & 0x3FFF:
                key = (ip[12:20], protocol, ip[4:6])
                body = self.reassembled(key, (flags & 0x1FFF) * 8, flags & 0x2000, body)
        elif ip[0] >> 4 == 6 and len(ip) >= 40:
            source, length = ip[8:24], 40 + int.from_bytes(ip[4:6], "big")
            short = len(ip) < length
            protocol, body = self.beyond_extensions(ip[8:40], ip[6], ip[40:length], short)
            if protocol != 17:
                return None
            if short:
                return self.cut()
        else:
            return None
        if body is None:
            return None
        size = int.from_bytes(body[4:6], "big")
        if len(body) < 8 or size < 8 or size > len(body):
            return self.cut()
        return str(ipaddress.ip_address(source)), int.from_bytes(body[:2], "big"), body[8:size]

    def cut(self):
        self.counters["truncated_frame"] += 1

    def beyond_extensions(self, addresses, protocol, body, short):
        """Returns next header and payload after IPv6 extension headers; the payload is None for an incomplete datagram."""
        while protocol in (0, 43, 44, 51, 60) and body is not None and len(body) >= 8:
            if protocol == 44:
                if short:
                    return body[0], body
                offset, key = int.from_bytes(body[2:4], "big"), (addresses, body[4:8])
                protocol, body = body[0], self.reassembled(key, offset & 0xFFF8, offset & 1, body[8:])
            else:
                size = (body[1] + 2) * 4 if protocol == 51 else (body[1] + 1) * 8
                protocol, body = body[0], body[size:]
        return protocol, body

    def reassembled(self, key, offset, more, body):
        if not offset and not more:
            return body
        parts = self.parts.setdefault(key, {})
        parts[offset] = (body, bool(more))
        whole = b""
        while len(whole) in parts:
            piece, more = parts[len(whole)]
            whole += piece
            if not more:
                del self.parts[key]
                return whole
            if not piece:
                break
        return None


# ------------------------------------------------------------------------------------------------ values

def number(value):
    return str(value) if abs(value) >= 2 ** 53 else value


def date(seconds, fraction, digits):
    """Formats seconds since 1970 and a fraction in units of 10^-digits."""
    carry, fraction = divmod(fraction, 10 ** digits)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds + carry)
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + (".%0*d" % (digits, fraction) if digits else "") + "Z"


def ntp(octets, digits, mask):
    seconds, fraction = struct.unpack(">II", octets)
    return date(seconds - 2208988800, ((fraction & mask) * 10 ** digits * 2 + 2 ** 32) >> 33, digits)


def real(octets):
    value = struct.unpack(">f" if len(octets) == 4 else ">d", octets)[0]
    if value != value:
        return "NaN"
    return value if abs(value) != float("inf") else "Infinity" if value > 0 else "-Infinity"


def address6(octets):
    if octets[:12] == bytes(10) + b"\xff\xff":
        return "::ffff:" + str(ipaddress.IPv4Address(octets[12:]))
    return str(ipaddress.IPv6Address(octets))


def plain(kind, octets):
    """Returns the JSON value, or None if length or content do not fit the type."""
    size = len(octets)
    if kind == "unsigned256":
        return number(int.from_bytes(octets, "big")) if 1 <= size <= 32 else None
    if kind.startswith(("unsigned", "signed")):
        return number(int.from_bytes(octets, "big", signed=kind[0] == "s")) if 1 <= size <= 8 else None
    if kind.startswith("float"):
        return real(octets) if size in (4, 8) else None
    if kind == "boolean":
        return {b"\x01": True, b"\x02": False}.get(octets)
    if kind == "macAddress":
        return octets.hex(":") if size == 6 else None
    if kind == "ipv4Address":
        return str(ipaddress.IPv4Address(octets)) if size == 4 else None
    if kind == "ipv6Address":
        return address6(octets) if size == 16 else None
    if kind == "string":
        try:
            return octets.rstrip(b"\0").decode("utf-8")
        except UnicodeDecodeError:
            return None
    if kind == "dateTimeSeconds":
        return date(int.from_bytes(octets, "big"), 0, 0) if size == 4 else None
    if kind == "dateTimeMilliseconds":
        value = int.from_bytes(octets, "big")
        return date(value // 1000, value % 1000, 3) if size == 8 and value < 253402300800000 else None
    if kind == "dateTimeMicroseconds":
        return ntp(octets, 6, 0xFFFFF800) if size == 8 else None
    if kind == "dateTimeNanoseconds":
        return ntp(octets, 9, 0xFFFFFFFF) if size == 8 else None
    return None


# ------------------------------------------------------------------------------------------------ templates, records

Field = collections.namedtuple("Field", "pen element length scope")


class Template:
    def __init__(self, kind, fields):
        self.kind, self.fields = kind, fields
        self.shortest = sum(1 if f.length == VARIABLE else f.length for f in fields)


def named(field):
    """Returns name and abstract type of a field (type None: as hex)."""
    if field.scope:
        return "scope/%d" % field.element, "unsigned64"
    if field.pen == 0 and field.element in REGISTRY:
        return REGISTRY[field.element]
    kind = REGISTRY.get(field.element, (None, None))[1] if field.pen == REVERSE else None
    return "%d/%d" % (field.pen, field.element), kind


def take(data, at, length):
    """Returns the octets of a field at `at`, and the start of the next one."""
    if length == VARIABLE:
        if at >= len(data):
            raise Malformed
        length, at = data[at], at + 1
        if length == 255:
            if at + 2 > len(data):
                raise Malformed
            length, at = int.from_bytes(data[at:at + 2], "big"), at + 2
    if at + length > len(data):
        raise Malformed
    return data[at:at + length], at + length


class Decoder:
    def __init__(self, write):
        self.write, self.counters = write, collections.Counter()
        self.templates, self.expected = {}, {}

    # -- one value, one record

    def value(self, kind, octets, scope):
        if not octets:
            return ""
        if kind in ("basicList", "subTemplateList", "subTemplateMultiList"):
            before = self.counters["bad_list"]
            try:
                return getattr(self, kind)(octets, scope)
            except Malformed:
                self.counters["bad_list"] = before + 1
                return octets.hex()
        value = plain(kind, octets) if kind else None
        return octets.hex() if value is None else value

    def record(self, template, data, at, scope):
        """Returns the fields of the record at `at`, and the start of the next one."""
        fields, seen = {}, collections.Counter()
        for field in template.fields:
            octets, at = take(data, at, field.length)
            if (field.pen, field.element, field.scope) == (0, 210, False):
                continue
            name, kind = named(field)
            value = self.value(kind, octets, scope)
            seen[name] += 1
            if seen[name] == 1:
                fields[name] = value
            else:
                fields[name] = (fields[name] if seen[name] > 2 else [fields[name]]) + [value]
        return fields, at

    # -- structured data (RFC 6313 §4.5)

    def basicList(self, data, scope):
        if len(data) < 5:
            raise Malformed
        semantic, element, length = struct.unpack_from(">BHH", data)
        at, pen = 5, 0
        if element & 0x8000:
            if len(data) < 9:
                raise Malformed
            pen, at, element = int.from_bytes(data[5:9], "big"), 9, element & 0x7FFF
        if length == 0 and at < len(data):
            raise Malformed
        name, kind = named(Field(pen, element, length, False))
        values = []
        while at < len(data):
            octets, at = take(data, at, length)
            values.append(self.value(kind, octets, scope))
        return {"semantic": semantic, "field": name, "values": values}

    def records(self, identifier, data, scope):
        template = self.templates.get((scope, identifier))
        if template is None:
            raise Malformed
        records, at = [], 0
        while at < len(data):
            fields, at = self.record(template, data, at, scope)
            records.append(fields)
        return records

    def subTemplateList(self, data, scope):
        if len(data) < 3:
            raise Malformed
        semantic, identifier = struct.unpack_from(">BH", data)
        return {"semantic": semantic, "template": identifier, "records": self.records(identifier, data[3:], scope)}

    def subTemplateMultiList(self, data, scope):
        entries, at = [], 1
        while at < len(data):
            if at + 4 > len(data):
                raise Malformed
            identifier, length = struct.unpack_from(">HH", data, at)
            if length < 4 or at + length > len(data):
                raise Malformed
            entries.append({"template": identifier, "records": self.records(identifier, data[at + 4:at + length], scope)})
            at += length
        return {"semantic": data[0], "entries": entries}

    # -- template sets

    def template_set(self, version, options, data, scope):
        at = 0
        while any(data[at:]):
            if at + 4 > len(data):
                return self.bad("bad_template")
            identifier, count = struct.unpack_from(">HH", data, at)
            if version == 10 and count == 0 and (identifier >= 256 or identifier == (3 if options else 2)):
                self.counters["withdrawal_ignored"] += 1
                at += 4
                continue
            parse = self.v9_options_fields if options and version == 9 else self.fields
            parsed = parse(version, options, data, at, count) if identifier >= 256 else None
            if parsed is None:
                return self.bad("bad_template")
            fields, sound, at = parsed
            if sound and any(f.length for f in fields):
                self.templates[scope, identifier] = Template("options" if options else "flow", fields)
            else:
                self.bad("bad_template")

    def bad(self, counter):
        self.counters[counter] += 1

    def fields(self, version, options, data, at, count):
        """Returns (fields, whether the scope count is valid, start of the next template), or None beyond the set."""
        scopes, at = 0, at + 4
        if options:
            if at + 2 > len(data):
                return None
            scopes, at = int.from_bytes(data[at:at + 2], "big"), at + 2
        fields = []
        for _ in range(count):
            if at + 4 > len(data):
                return None
            (element, length), at, pen = struct.unpack_from(">HH", data, at), at + 4, 0
            if version == 10 and element & 0x8000:
                if at + 4 > len(data):
                    return None
                pen, at, element = int.from_bytes(data[at:at + 4], "big"), at + 4, element & 0x7FFF
            fields.append(Field(pen, element, length, False))
        return fields, not options or 0 < scopes <= count, at

    def v9_options_fields(self, version, options, data, at, scope_length):
        if at + 6 > len(data):
            return None
        option_length = int.from_bytes(data[at + 4:at + 6], "big")
        at, end = at + 6, at + 6 + scope_length + option_length
        if end > len(data):
            return None
        if scope_length % 4 or option_length % 4:
            return [], False, end
        fields = []
        for offset in range(at, end, 4):
            element, length = struct.unpack_from(">HH", data, offset)
            fields.append(Field(0, element, length, offset < at + scope_length))
        return fields, True, end

    # -- messages

    def datagram(self, exporter, port, data):
        version = int.from_bytes(data[:2], "big")
        if len(data) < 2 or version in (5, 9, 10) and len(data) < {5: 24, 9: 20, 10: 16}[version]:
            self.bad("short_datagram")
        elif version == 5:
            self.v5(exporter, port, data)
        elif version in (9, 10):
            self.sets(exporter, port, version, data)
        else:
            self.bad("bad_version")

    def line(self, head, template, kind, fields, uptime=None, exported=None):
        line = dict(head, template=template, kind=kind, fields=fields)
        derived = self.derived(fields, uptime, exported)
        if derived:
            line["derived"] = derived
        self.write(line)

    @staticmethod
    def derived(fields, uptime, exported):
        """Returns start and end of a flow from uptime timestamps; empty if they are impossible."""
        stamps = {name: fields.get(element) & 0xFFFFFFFF
                  for name, element in (("flowStart", "flowStartSysUpTime"), ("flowEnd", "flowEndSysUpTime"))
                  if uptime is not None and isinstance(fields.get(element), int)}
        if not stamps:
            return {}
        last = stamps.get("flowEnd", stamps.get("flowStart"))
        duration = (last - stamps.get("flowStart", last)) & 0xFFFFFFFF
        ahead, past = (last - uptime) & 0xFFFFFFFF, (uptime - last) & 0xFFFFFFFF
        if ahead <= 300000:
            end = exported + ahead
        elif last < uptime or past <= 2 ** 31:
            end = exported - past
        else:
            return {}
        if duration > 0xFFFFFFFF - 3600000:
            return {}
        moments = {"flowStart": end - duration, "flowEnd": end}
        return {name: date(moments[name] // 1000, moments[name] % 1000, 3) for name in stamps}

    def v5(self, exporter, port, data):
        count, uptime, seconds, nanoseconds, sequence, engine, sampling = struct.unpack_from(">HIIIIHH", data, 2)
        present = (len(data) - 24) // 48
        if count == 0 or count > 30 or len(data) > 24 + 48 * count:
            self.bad("bad_count")
        if present < count:
            self.bad("truncated_record")
        head = dict(exporter=exporter, port=port, version=5, domain=engine, exportTime=seconds, seq=sequence)
        for at in range(24, 24 + 48 * min(count, present), 48):
            r = struct.unpack_from(">4s4s4sHHIIIIHHBBBBHHBB", data, at)
            fields = {name: number(r[i]) for name, i in V5_NUMBERS}
            for name, i in (("sourceIPv4Address", 0), ("destinationIPv4Address", 1), ("ipNextHopIPv4Address", 2)):
                fields[name] = str(ipaddress.IPv4Address(r[i]))
            fields["samplingInterval"], fields["samplingAlgorithm"] = sampling & 0x3FFF, sampling >> 14
            self.line(head, 0, "flow", fields, uptime, seconds * 1000 + nanoseconds // 1000000)
        self.sequence((exporter, port, 5, engine), sequence, min(count, present))

    def sets(self, exporter, port, version, data):
        uptime = exported = None
        if version == 9:
            uptime, seconds, sequence, domain = struct.unpack_from(">IIII", data, 4)
            at, end, exported = 20, len(data), seconds * 1000
        else:
            end, seconds, sequence, domain = struct.unpack_from(">HIII", data, 2)
            at = 16
            if end < 16 or end > len(data):
                return self.bad("short_datagram")
        head = dict(exporter=exporter, port=port, version=version, domain=domain, exportTime=seconds, seq=sequence)
        scope, count, unknown = (exporter, port, version, domain), 0, False
        while at < end and any(data[at:end]):
            identifier, length = struct.unpack_from(">HH", data, at) if end - at >= 4 else (0, 0)
            if length < 4 or at + length > end:
                self.bad("bad_set_length")
                break
            body, at = data[at + 4:at + length], at + length
            if identifier in ((0, 1) if version == 9 else (2, 3)):
                self.template_set(version, identifier in (1, 3), body, scope)
            elif identifier < 256:
                self.bad("reserved_set")
            elif (scope, identifier) in self.templates:
                count += self.data_set(head, identifier, self.templates[scope, identifier], body, scope, uptime, exported)
            else:
                self.bad("unknown_template")
                unknown = True
        if version == 9:
            self.sequence(scope, sequence, 1)
        else:
            self.sequence(scope, sequence, None if unknown else count)

    def data_set(self, head, identifier, template, data, scope, uptime, exported):
        count, at = 0, 0
        while len(data) - at >= template.shortest:
            try:
                fields, at = self.record(template, data, at, scope)
            except Malformed:
                self.bad("truncated_record")
                break
            self.line(head, identifier, template.kind, fields, uptime, exported)
            count += 1
        return count

    def sequence(self, scope, sequence, step):
        """Counts a jump ahead; a first step back is late or duplicate, a second one a restart."""
        expected, strikes = self.expected.get(scope, (sequence, 0))
        ahead = (sequence - expected) & 0xFFFFFFFF if expected is not None else 0
        if ahead >= 2 ** 31 and not strikes:
            self.expected[scope] = expected, 1
            return
        if 0 < ahead < 2 ** 31:
            self.bad("sequence_gap")
        self.expected[scope] = (None if step is None else (sequence + step) & 0xFFFFFFFF), 0


V5_NUMBERS = [
    ("ingressInterface", 3), ("egressInterface", 4), ("packetDeltaCount", 5), ("octetDeltaCount", 6),
    ("flowStartSysUpTime", 7), ("flowEndSysUpTime", 8), ("sourceTransportPort", 9), ("destinationTransportPort", 10),
    ("tcpControlBits", 12), ("protocolIdentifier", 13), ("ipClassOfService", 14), ("bgpSourceAsNumber", 15),
    ("bgpDestinationAsNumber", 16), ("sourceIPv4PrefixLength", 17), ("destinationIPv4PrefixLength", 18)]


def decode(capture, out):
    """Writes the records of a capture, one per line; returns its error counters."""
    decoder = Decoder(lambda line: out.write(
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"))
    network = Network(decoder.counters)
    with open(capture, "rb") as data:
        for link, frame in frames(data.read()):
            datagram = network.datagram(link, frame)
            if datagram:
                decoder.datagram(*datagram)
    return +decoder.counters


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", nargs="+", metavar="CAPTURE")
    parser.add_argument("--counters", metavar="FILE")
    parser.add_argument("--beside", action="store_true", help="write CAPTURE.jsonl and CAPTURE.json beside each")
    args = parser.parse_args()
    if not args.beside and len(args.captures) > 1:
        parser.error("several captures need --beside")
    for capture in args.captures:
        if args.beside:
            with open(capture + ".jsonl", "w", encoding="utf-8") as out:
                counters = decode(capture, out)
        else:
            sys.stdout.reconfigure(encoding="utf-8")
            counters = decode(capture, sys.stdout)
        path = capture + ".json" if args.beside else args.counters
        if path:
            with open(path, "w") as out:
                json.dump(counters, out, sort_keys=True)
                out.write("\n")


if __name__ == "__main__":
    main()
