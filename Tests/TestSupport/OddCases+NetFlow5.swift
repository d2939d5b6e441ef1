extension OddCases {
  static let netFlow5Cases: [OddCase] = [
    OddCase(
      "v5: every field of header and record has its place",
      Datagram(
        v5(
          u8(10, 0, 0, 1, 192, 0, 2, 7, 10, 255, 0, 1) + u16(11, 12) + u32(13, 14, 3_590_000, 3_599_000)
            + u16(1_024, 443) + u8(0xff, 0x1b, 6, 0xb8) + u16(64_500, 64_501) + u8(24, 17) + u16(0xffff),
          engine: 0x0102, sequence: 77, nanoseconds: 250_999_999, sampling: 0x8064),
        gives: .flow(
          0,
          """
          {"sourceIPv4Address":"10.0.0.1","destinationIPv4Address":"192.0.2.7","ipNextHopIPv4Address":"10.255.0.1",
          "ingressInterface":11,"egressInterface":12,"packetDeltaCount":13,"octetDeltaCount":14,
          "flowStartSysUpTime":3590000,"flowEndSysUpTime":3599000,"sourceTransportPort":1024,
          "destinationTransportPort":443,"tcpControlBits":27,"protocolIdentifier":6,"ipClassOfService":184,
          "bgpSourceAsNumber":64500,"bgpDestinationAsNumber":64501,"sourceIPv4PrefixLength":24,
          "destinationIPv4PrefixLength":17,"samplingInterval":100,"samplingAlgorithm":2}
          """,
          derived: #"{"flowStart":"2025-06-15T15:06:30.250Z","flowEnd":"2025-06-15T15:06:39.250Z"}"#))),
    OddCase(
      "v5: times are right across a wrap of the uptime, and for flows just after the export time",
      Datagram(
        v5(times(.max - 999, 500), times(5_000, 6_500), uptime: 5_000),
        gives: timed(.max - 999, 500, from: "15:06:34.000", to: "15:06:35.500"),
        timed(5_000, 6_500, from: "15:06:40.000", to: "15:06:41.500"))),
    OddCase(
      "v5: 31 records are one too many, and are decoded",
      Datagram(
        Message(
          version: 5, domain: 0, sequence: 0, time: sampleTime,
          octets: v5(count: 31).octets + (0..<31).flatMap { _ in times(1, 2) }),
        gives: Array(repeating: timed(1, 2), count: 31)),
      counters: ["bad_count": 1]),
    OddCase(
      "v5: a count of 0 is wrong with records and without",
      Datagram(v5(times(1, 2), count: 0)), Datagram(v5(count: 0)), counters: ["bad_count": 2]),
    OddCase(
      "v5: a count below what is there hides the rest",
      Datagram(v5(times(1, 2), times(3, 4), count: 1), gives: timed(1, 2)), counters: ["bad_count": 1]),
    OddCase(
      "v5: one octet after the last record is more than the count says",
      Datagram(v5(times(1, 2), u8(0), count: 1), gives: timed(1, 2)), counters: ["bad_count": 1]),
    OddCase(
      "v5: a count above what is there gives the complete records",
      Datagram(v5(times(1, 2), times(3, 4), count: 3), gives: timed(1, 2), timed(3, 4)),
      Datagram(v5(times(5, 6), times(7, 8), sequence: 3).cut(to: 24 + 95), gives: timed(5, 6)),
      Datagram(v5(sequence: 5, count: 5)), counters: ["truncated_record": 3]),
    OddCase(
      "v5: a count out of all bounds is wrong twice over",
      Datagram(v5(times(1, 2), count: 65_535), gives: timed(1, 2)),
      counters: ["bad_count": 1, "truncated_record": 1]),
    OddCase(
      "v5: a header cut short is no message", Datagram(v5(times(1, 2)).cut(to: 23)), Datagram(u8(0, 5)),
      counters: ["short_datagram": 2]),
    OddCase(
      "v5: flows that never came show in the sequence; a duplicate and a late message do not",
      Datagram(v5(times(1, 2), times(1, 2), sequence: 100), gives: timed(1, 2), timed(1, 2)),
      Datagram(v5(times(3, 4), sequence: 103), gives: timed(3, 4)),
      Datagram(v5(times(3, 4), sequence: 103), gives: timed(3, 4)),
      Datagram(v5(times(5, 6), sequence: 102), gives: timed(5, 6)),
      Datagram(v5(times(7, 8), sequence: 104), gives: timed(7, 8)), losesSequence: true),
    OddCase(
      "v5: a sequence that wraps is whole",
      Datagram(v5(times(1, 2), times(1, 2), sequence: .max), gives: timed(1, 2), timed(1, 2)),
      Datagram(v5(times(3, 4), sequence: 1), gives: timed(3, 4)), losesSequence: false),
    OddCase(
      "v5: engines of one exporter count apart",
      Datagram(v5(times(1, 2), engine: 1, sequence: 5), gives: timed(1, 2)),
      Datagram(v5(times(1, 2), engine: 2, sequence: 900), gives: timed(1, 2)),
      Datagram(v5(times(1, 2), engine: 1, sequence: 6), gives: timed(1, 2)), losesSequence: false),
    OddCase(
      "other versions are no messages",
      Datagram(u16(1) + zeros(70)), Datagram(u16(7) + zeros(70)), Datagram(u16(8) + zeros(70)),
      Datagram(u16(11) + zeros(70)), Datagram(u16(0) + zeros(70)), Datagram(u32(5, 1) + zeros(70)),
      Datagram(text("GET / HTTP/1.1")), Datagram(v5(times(1, 2)), gives: timed(1, 2)), counters: ["bad_version": 7]),
    OddCase(
      "a datagram without a version is short", Datagram(u8()), Datagram(u8(9)), Datagram(u16(9)), Datagram(u16(10)),
      counters: ["short_datagram": 4]),
  ]

  /// Returns a v5 record that is zero except for its times.
  private static func times(_ start: UInt32, _ end: UInt32) -> Octets { zeros(24) + u32(start, end) + zeros(16) }

  private static func timed(_ start: UInt32, _ end: UInt32, from: String? = nil, to: String? = nil) -> Gives {
    let derived = from.flatMap { from in
      to.map { #"{"flowStart":"2025-06-15T\#(from)Z","flowEnd":"2025-06-15T\#($0)Z"}"# }
    }
    return .flow(
      0,
      """
      {"sourceIPv4Address":"0.0.0.0","destinationIPv4Address":"0.0.0.0","ipNextHopIPv4Address":"0.0.0.0",
      "ingressInterface":0,"egressInterface":0,"packetDeltaCount":0,"octetDeltaCount":0,
      "flowStartSysUpTime":\(start),"flowEndSysUpTime":\(end),"sourceTransportPort":0,"destinationTransportPort":0,
      "tcpControlBits":0,"protocolIdentifier":0,"ipClassOfService":0,"bgpSourceAsNumber":0,
      "bgpDestinationAsNumber":0,"sourceIPv4PrefixLength":0,"destinationIPv4PrefixLength":0,"samplingInterval":0,
      "samplingAlgorithm":0}
      """, derived: derived)
  }
}
