import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Flow key: words")
struct FlowKeyWordsTests {
  @Test("Every field is read by its column name and written back")
  func everyField() throws {
    let words = FlowColumn.keys.map(\.name)
    let key = try FlowKey(parsing: words)
    #expect(key.columns == Set(FlowColumn.keys))
    #expect(key.words == words)
  }

  @Test("The standard key is the nineteen fields that operators expect")
  func standard() throws {
    let words = [
      "exporter_addr", "observation_domain_id", "flow_type", "src_addr", "dst_addr", "src_port", "dst_port", "proto",
      "ip_tos", "in_if", "out_if", "src_vlan", "dst_vlan", "direction", "vrf_id",
      "nat_event", "firewall_event", "forwarding_status", "layer2_segment_id",
    ]
    #expect(try FlowKey(parsing: words.reversed()) == .standard)
  }

  @Test(
    "A prefix is read as IPv4/IPv6 lengths; one number stands for IPv4 and twice it for IPv6",
    arguments: [
      ("src_addr/24/48", 24, 48), ("src_addr/24", 24, 48), ("src_addr/16", 16, 32), ("src_addr/0/0", 0, 0),
      ("src_addr/32/64", 32, 64), ("src_addr/31", 31, 62), ("src_addr/0", 0, 0),
    ])
  func prefix(word: String, v4: Int, v6: Int) throws {
    let key = try FlowKey(parsing: [word])
    let lengths = try #require(key.prefixes[.sourceAddress])
    #expect(lengths.v4 == v4)
    #expect(lengths.v6 == v6)
    #expect(try FlowKey(parsing: key.words) == key)
  }

  @Test("A prefix that cuts nothing is the field alone", arguments: ["dst_addr/32", "dst_addr/32/128"])
  func wholePrefix(word: String) throws {
    #expect(try FlowKey(parsing: [word]) == flowKey([.destinationAddress]))
  }

  @Test(
    "A bad prefix is refused",
    arguments: [
      "src_addr/33", "src_addr/24/129", "src_addr/", "src_addr/24/", "src_addr//48", "src_addr/24/48/1", "src_addr/+1",
      "src_addr/-1", "src_addr/x", "src_addr/ 24", "next_hop/0024", "src_addr/99999999999999999999",
    ])
  func badPrefix(word: String) {
    #expect(throws: FlowKeyError.badPrefix(word)) { try FlowKey(parsing: [word]) }
  }

  @Test("Only addresses of the record take a prefix", arguments: FlowColumn.keys.filter { !$0.takesKeyPrefix })
  func prefixNotAllowed(field: FlowColumn) {
    let word = field.name + "/24"
    #expect(throws: FlowKeyError.prefixNotAllowed(word)) { try FlowKey(parsing: [word]) }
  }

  @Test(
    "An unknown name is answered with the nearest",
    arguments: [("src_adr", "src_addr"), ("tcpflags", "tcp_flags"), ("protocol", "proto"), ("VLAN", "src_vlan")])
  func unknown(word: String, expected: String) throws {
    let error = #expect(throws: FlowKeyError.self) { try FlowKey(parsing: ["dst_addr", word]) }
    let text = try #require(error).description
    #expect(text.contains("\"\(word)\""))
    #expect(text.contains(expected))
    #expect(!text.contains("\n"))
  }

  @Test("A field twice, even with another prefix, and no field at all are refused")
  func structure() {
    #expect(throws: FlowKeyError.duplicateField("src_addr")) { try FlowKey(parsing: ["src_addr", "src_addr/24"]) }
    #expect(throws: FlowKeyError.noFields) { try FlowKey(parsing: []) }
  }

  @Test("An origin keeps what is in the key")
  func origin() throws {
    let origin = FlowOrigin(exporter: IPAddress(v4: 0x0a00_0001), domain: 7, version: 9)
    #expect(FlowKey.standard.origin(of: origin) == origin)
    let noDomain = try FlowKey(parsing: ["exporter_addr", "flow_type"]).origin(of: origin)
    #expect(noDomain == FlowOrigin(exporter: origin.exporter, domain: 0, version: 9))
    let none = try FlowKey(parsing: ["src_addr"]).origin(of: origin)
    #expect(none == FlowOrigin(exporter: .unspecified, domain: 0, version: 0))
  }

  @Test(
    "A network keeps the leading bits and its family",
    arguments: [
      ("192.0.2.255", 24, 48, "192.0.2.0"), ("192.0.2.255", 0, 0, "0.0.0.0"), ("192.0.2.255", 32, 0, "192.0.2.255"),
      ("2001:db8:1:2:3:4:5:6", 24, 48, "2001:db8:1::"), ("2001:db8:1:2:3:4:5:6", 0, 0, "::"),
      ("2001:db8:1:2:3:4:5:6", 0, 64, "2001:db8:1:2::"), ("2001:db8:1:2:3:4:5:6", 0, 65, "2001:db8:1:2::"),
      ("2001:db8:1:2:3:4:5:6", 0, 127, "2001:db8:1:2:3:4:5:6"), ("2001:db8::ffff", 0, 127, "2001:db8::fffe"),
    ])
  func network(address: String, v4: Int, v6: Int, expected: String) throws {
    let lengths = try #require(PrefixLengths(v4: v4, v6: v6))
    #expect(lengths.network(of: try #require(IPAddress(address))).description == expected)
  }
}

@Suite("Flow key: what it tells apart")
struct FlowKeyMergingTests {
  /// For each column that can be part of a key, sets a value that `record()` does not have.
  private static let changes: [FlowColumn: @Sendable (inout FlowRecord) -> Void] = [
    .exporterAddress: { $0.origin = 2 }, .observationDomainID: { $0.origin = 2 }, .flowType: { $0.origin = 2 },
    .sourceAddress: { $0.source = IPAddress(v4: 0xc000_0201) },
    .destinationAddress: { $0.destination = IPAddress(high: 1, low: 2) },
    .sourcePort: { $0.sourcePort = 0x8001 }, .destinationPort: { $0.destinationPort = 0x8001 },
    .protocolIdentifier: { $0.protocolIdentifier = 17 }, .typeOfService: { $0.typeOfService = 0xb8 },
    .ingressInterface: { $0.ingressInterface = 0x8000_0001 }, .egressInterface: { $0.egressInterface = 0x8000_0001 },
    .sourceVLAN: { $0.sourceVLAN = 4095 }, .destinationVLAN: { $0.destinationVLAN = 4095 },
    .direction: { $0.direction = 2 }, .sourceAS: { $0.sourceAS = 0xffff_fffe },
    .destinationAS: { $0.destinationAS = 0xffff_fffe }, .sourceMask: { $0.sourceMask = 24 },
    .destinationMask: { $0.destinationMask = 24 }, .nextHop: { $0.nextHop = IPAddress(v4: 0xc000_0201) },
    .tcpFlags: { $0.tcpFlags = 0x12 }, .vrf: { $0.vrf = 9 },
    .natEvent: { $0.natEvent = 16 }, .firewallEvent: { $0.firewallEvent = 5 },
    .forwardingStatus: { $0.forwardingStatus = 0x82 }, .layer2Segment: { $0.layer2Segment = 0x80_0001 },
  ]

  static func change(_ field: FlowColumn, in record: inout FlowRecord) {
    if let change = changes[field] { change(&record) } else { Issue.record("no change for \(field)") }
  }

  @Test("A field in the key tells two flows apart", arguments: FlowColumn.keys)
  func inKey(field: FlowColumn) {
    var cache = FlowCache(key: flowKey([field]))
    var other = record()
    Self.change(field, in: &other)
    _ = cache.merge([record(), other, record(), other], at: 0)
    #expect(cache.liveCount == 2)
    #expect(cache.inconsistency() == nil)
  }

  @Test("Each field of the standard key tells two flows apart, no other does", arguments: FlowColumn.keys)
  func standard(field: FlowColumn) {
    var cache = FlowCache()
    var other = record()
    Self.change(field, in: &other)
    _ = cache.merge([record(), other, record(), other], at: 0)
    #expect(cache.liveCount == (field.isStandardKey ? 2 : 1))
  }

  @Test(
    "A field outside the key does not",
    arguments: FlowColumn.keys.filter { ![.exporterAddress, .observationDomainID, .flowType].contains($0) })
  func notInKey(field: FlowColumn) throws {
    let key = flowKey(Set(FlowColumn.keys).subtracting([field]))
    var cache = FlowCache(key: key)
    var other = record()
    Self.change(field, in: &other)
    _ = cache.merge([record(), other], at: 0)
    #expect(cache.liveCount == 1)
    // The field is cleared, or keeps the last value if it is not part of the default key.
    let row = try #require(cache.drain().first)
    let kept: Set<FlowColumn> = [
      .sourceAS, .destinationAS, .sourceMask, .destinationMask, .nextHop, .tcpFlags, .vrf,
      .layer2Segment, .forwardingStatus,
    ]
    var expected = kept.contains(field) ? other : record()
    expected.endReason = row.endReason
    if !kept.contains(field) {
      var changed = record()
      Self.change(field, in: &changed)
      expected.source = field == .sourceAddress ? .unspecified : expected.source
      expected.destination = field == .destinationAddress ? .unspecified : expected.destination
      // No bit changed or set before may remain.
      #expect(row.transportWord == expected.transportWord & fieldOutside(field).transportWord)
      expected.traitsWord &= fieldOutside(field).traitsWord
      expected.endReason = row.endReason
      #expect(row.traitsWord == expected.traitsWord)
      #expect(row.interfaceWord == expected.interfaceWord & fieldOutside(field).interfaceWord)
    } else {
      #expect(row.routeWord == expected.routeWord)
      #expect(row.sourceMACWord == expected.sourceMACWord)
      #expect(row.destinationMACWord == expected.destinationMACWord)
      #expect(row.autonomousSystemWord == expected.autonomousSystemWord)
      #expect(row.nextHop == expected.nextHop)
    }
    #expect(row.source == expected.source)
    #expect(row.destination == expected.destination)
    #expect(row.octets == 200)
    #expect(row.records == 2)
  }

  /// Returns a record with all bits set except those of the field.
  private func fieldOutside(_ field: FlowColumn) -> FlowRecord {
    var r = FlowRecord()
    r.interfaceWord = .max
    r.transportWord = .max
    r.traitsWord = .max
    if case .bits(_, let fill) = field.keyRole {
      var bits = FlowRecord()
      fill(&bits)
      r.interfaceWord &= ~bits.interfaceWord
      r.transportWord &= ~bits.transportWord
      r.traitsWord &= ~bits.traitsWord
    }
    return r
  }

  @Test("ICMP type and code go with the destination port")
  func icmp() {
    var echo = record()
    echo.icmpType = 8
    var reply = record()
    reply.icmpCode = 1
    var with = FlowCache(key: flowKey([.sourceAddress, .destinationPort]))
    _ = with.merge([record(), echo, reply], at: 0)
    #expect(with.liveCount == 3)
    var without = FlowCache(key: flowKey([.sourceAddress]))
    _ = without.merge([record(), echo, reply], at: 0)
    #expect(without.liveCount == 1)
    #expect(without.drain().allSatisfy { $0.icmpType == 0 && $0.icmpCode == 0 })
  }

  @Test("Records of different sampling rates are different flows under any key")
  func samplingRate() {
    var sampled = record()
    sampled.samplingRate = 1000
    var cache = FlowCache(key: flowKey([.protocolIdentifier]))
    _ = cache.merge([record(), sampled], at: 0)
    #expect(Set(cache.drain().map(\.samplingRate)) == [1, 1000])
  }

  @Test("A prefix merges what lies in one network, IPv4 and IPv6 each by its own length")
  func prefixes() throws {
    var cache = FlowCache(key: try FlowKey(parsing: ["src_addr/24/48", "next_hop/16/32"]))
    let sources = ["192.0.2.1", "192.0.2.254", "192.0.3.1", "2001:db8:1::1", "2001:db8:1:ffff::2", "2001:db8:2::1"]
    let records = try sources.map { source in
      var r = record()
      r.source = try #require(IPAddress(source))
      r.nextHop = IPAddress(v4: 0x0a63_0000 + r.source.v4 & 0xff)
      return r
    }
    _ = cache.merge(records, at: 0)
    let rows = cache.drain()
    #expect(Set(rows.map(\.source.description)) == ["192.0.2.0", "192.0.3.0", "2001:db8:1::", "2001:db8:2::"])
    #expect(Set(rows.map(\.nextHop.description)) == ["10.99.0.0"])
    #expect(rows.map(\.records).reduce(0, +) == 6)
  }
}
