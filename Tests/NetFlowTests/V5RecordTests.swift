import NetFlow
import NetworkBytes
import Testing

@Suite("Records of v5, and times of the exporter's uptime")
struct V5RecordTests {
  private static func records(_ count: Int) -> [UInt8] {
    Array(repeatElement(Wire.v5Record, count: count).joined())
  }

  @Test("have the names of IANA's elements, and the header's sampling")
  func fields() {
    let decoded = Decoded([Wire.v5(Wire.v5Record, sampling: 0x4064)])
    #expect(
      decoded.json == [
        #"{"sourceIPv4Address":"10.0.0.1","destinationIPv4Address":"10.0.0.2","ipNextHopIPv4Address":"10.0.0.254","#
          + #""ingressInterface":3,"egressInterface":4,"packetDeltaCount":5,"octetDeltaCount":1536,"#
          + #""flowStartSysUpTime":10000,"flowEndSysUpTime":20000,"sourceTransportPort":50000,"#
          + #""destinationTransportPort":443,"tcpControlBits":27,"protocolIdentifier":6,"ipClassOfService":184,"#
          + #""bgpSourceAsNumber":65000,"bgpDestinationAsNumber":65001,"sourceIPv4PrefixLength":24,"#
          + #""destinationIPv4PrefixLength":16,"samplingInterval":100,"samplingAlgorithm":1}"#
      ])
    #expect(decoded.records.first?.header.domain == 258)
    #expect(decoded.records.first?.template == 0)
    #expect(decoded.records.first?.kind == .flow)
  }

  @Test(
    "are the smaller of those announced and those present",
    arguments: [
      (1, 1, 0, 1, [:]), (30, 30, 0, 30, [:]), (31, 31, 0, 31, ["bad_count": 1]), (2, 1, 0, 1, ["bad_count": 1]),
      (1, 1, 1, 1, ["bad_count": 1]), (0, 0, 0, 0, ["bad_count": 1]), (1, 0, 0, 0, ["bad_count": 1]),
      (2, 3, 0, 2, ["truncated_record": 1]), (1, 2, 47, 1, ["truncated_record": 1]),
      (0, 1, 0, 0, ["truncated_record": 1]), (30, 55_582, 0, 30, ["bad_count": 1, "truncated_record": 1]),
    ] as [(Int, Int, Int, Int, [String: UInt64])])
  func counts(_ present: Int, _ announced: Int, _ stray: Int, _ decoded: Int, _ issues: [String: UInt64]) {
    let content = Self.records(present) + Array(repeating: 1, count: stray)
    let result = Decoded([Wire.v5(content, count: announced)])
    #expect(result.records.count == decoded)
    #expect(result.issues == issues)
    #expect(result.counters.flowRecords == UInt64(decoded))
  }

  @Test(
    "have absolute times by the signed difference to the exporter's uptime",
    arguments: [
      // Uptime of the header and of the timestamp, header nanoseconds; expected milliseconds relative to the header's
      // second.
      (60_000, 10_000, 0, -50_000), (60_000, 60_001, 0, 1), (100, 0xffff_ff9c, 0, -200), (0xffff_ff00, 0x100, 0, 512),
      (60_000, 60_000, 123_999_999, 123), (60_000, 59_999, 999_999_999, 998), (0, 0, 0, 0),
    ])
  func derived(_ upTime: Int, _ stamp: Int, _ nanoseconds: Int, _ offset: Int64) {
    var record = Wire.v5Record
    record.replaceSubrange(24..<28, with: Wire.be32(stamp))
    record.replaceSubrange(28..<32, with: Wire.be32(stamp + 1))
    let decoded = Decoded([Wire.v5(record, nanoseconds: nanoseconds, upTime: upTime)])
    #expect(decoded.records.first?.flowStart == 1_750_000_000_000 + offset)
    #expect(decoded.records.first?.flowEnd == 1_750_000_000_001 + offset)
  }

  @Test("of v9 have them too; of IPFIX, which does not send the uptime, not")
  func derivedByVersion() {
    let fields = [[22, 4], [4, 1]]
    let data = Wire.set(256, Wire.be32(59_000) + [6])
    let v9 = Decoded([Wire.v9(Wire.set(0, Wire.template(256, fields)), data)])
    #expect(v9.records.first?.flowStart == 1_749_999_999_000)
    #expect(v9.records.first?.flowEnd == nil)
    let ipfix = Decoded([Wire.ipfix(Wire.set(2, Wire.template(256, fields)), data)])
    #expect(ipfix.records.count == 1)
    #expect(ipfix.records.first?.flowStart == nil)
  }
}
