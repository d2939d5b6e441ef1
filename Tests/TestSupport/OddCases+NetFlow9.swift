extension OddCases {
  static let netFlow9Cases: [OddCase] = [
    OddCase(
      "v9: the header's count is not believed, be it too small or too large",
      Datagram(
        v9(count: 1) {
          plainTemplate; data(256, row(1)); data(256, row(2))
        }, gives: gives(1), gives(2)),
      Datagram(v9(sequence: 1, count: 900) { data(256, row(3)) }, gives: gives(3)),
      Datagram(v9(sequence: 2, count: 0) { data(256, row(4)) }, gives: gives(4)), losesSequence: false),
    OddCase(
      "v9: data before its template is unknown, once a set",
      Datagram(
        v9 {
          data(256, row(1), row(2)); data(256, row(3))
        }, gives: held(1), held(2), held(3)),
      Datagram(v9(sequence: 1) { plainTemplate }), Datagram(v9(sequence: 2) { data(256, row(4)) }, gives: gives(4)),
      counters: ["unknown_template": 2]),
    OddCase(
      "v9: data before its template in one message",
      Datagram(
        v9 {
          data(256, row(1)); plainTemplate; data(256, row(2))
        }, gives: held(1), gives(2)),
      counters: ["unknown_template": 1]),
    OddCase(
      "v9: padding of 1, 2 and 3 octets is no record",
      Datagram(
        v9 {
          template(256, f(4, 1), f(7, 2)); data(256, hex("06 0035 00")); data(256, hex("11 0050 11 0051 0000"))
        },
        gives: .flow(256, #"{"protocolIdentifier":6,"sourceTransportPort":53}"#),
        .flow(256, #"{"protocolIdentifier":17,"sourceTransportPort":80}"#),
        .flow(256, #"{"protocolIdentifier":17,"sourceTransportPort":81}"#)),
      Datagram(
        v9(sequence: 1) {
          template(300, f(8, 4), f(4, 1)); data(300, ip("10.0.0.1"), u8(6), u8(1, 2, 3))
        },
        gives: .flow(300, #"{"sourceIPv4Address":"10.0.0.1","protocolIdentifier":6}"#))),
    OddCase(
      "v9: a set too small for one record holds padding only",
      Datagram(
        v9 {
          plainTemplate; data(256, zeros(11)); data(256); data(256, row(1))
        }, gives: gives(1))),
    OddCase(
      "v9: a set of length 0 ends the message, not the next one",
      Datagram(
        v9 {
          plainTemplate; data(256, row(1)); data(256, row(2), length: 0)
        }, gives: gives(1)),
      Datagram(v9(sequence: 1) { data(256, row(3)) }, gives: gives(3)), counters: ["bad_set_length": 1]),
    OddCase(
      "v9: a set of length 3 ends the message",
      Datagram(
        v9 {
          plainTemplate; data(256, row(1)); data(256, row(2), length: 3)
        }, gives: gives(1)),
      counters: ["bad_set_length": 1]),
    OddCase(
      "v9: a set longer than the message is not read in part",
      Datagram(
        v9 {
          plainTemplate; data(256, row(1)); data(256, row(2), row(3), length: 29)
        }, gives: gives(1)),
      Datagram(
        v9(sequence: 1) {
          template(300, f(7, 2)); raw(u16(0, 9), u16(301, 1))
        }),
      counters: ["bad_set_length": 2]),
    OddCase(
      "v9: stray octets at the end of the message are no set",
      Datagram(
        v9 {
          plainTemplate; data(256, row(1)); raw(u8(1))
        }, gives: gives(1)),
      Datagram(
        v9(sequence: 1) {
          data(256, row(2)); raw(u8(1, 0, 4))
        }, gives: gives(2)),
      counters: ["bad_set_length": 2]),
    OddCase(
      "v9: reserved sets are passed over",
      Datagram(
        v9 {
          plainTemplate; data(2, row(1)); data(100, zeros(0)); data(255, row(2)); data(256, row(3))
        },
        gives: gives(3)), counters: ["reserved_set": 3]),
    OddCase(
      "v9: a header cut short is no message, a header alone is one", Datagram(v9 { plainTemplate }.cut(to: 19)),
      Datagram(v9 {}), counters: ["short_datagram": 1]),
    OddCase(
      "v9: one template number under two source ids; a third has none",
      Datagram(
        v9(domain: 1) {
          plainTemplate; data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        v9(domain: 2) {
          portTemplate; data(256, ports)
        }, gives: .flow(256, portFields)),
      Datagram(v9(domain: 3) { data(256, row(9)) }, gives: held(9)),
      Datagram(v9(domain: 1, sequence: 1) { data(256, row(2)) }, gives: gives(2)), counters: ["unknown_template": 1]),
    OddCase(
      "v9: one template number from two source ports and two addresses",
      Datagram(v9 { plainTemplate }), Datagram(v9 { portTemplate }, port: 40_001),
      Datagram(v9 { template(256, f(4, 1)) }, from: "192.0.2.2"),
      Datagram(v9(sequence: 1) { data(256, row(1)) }, gives: gives(1)),
      Datagram(v9(sequence: 1) { data(256, ports) }, port: 40_001, gives: .flow(256, portFields)),
      Datagram(v9(sequence: 1) { data(256, u8(6)) }, from: "192.0.2.2", gives: .flow(256, #"{"protocolIdentifier":6}"#))
    ),
    OddCase(
      "v9: an exporter that restarts with another layout",
      Datagram(
        v9(sequence: 500) {
          plainTemplate; data(256, row(1))
        }, gives: gives(1)),
      Datagram(v9(sequence: 501) { data(256, row(2)) }, gives: gives(2)),
      Datagram(
        v9(sequence: 0, uptime: 100) {
          portTemplate; data(256, ports)
        }, gives: .flow(256, portFields)),
      Datagram(v9(sequence: 1, uptime: 200) { data(256, ports) }, gives: .flow(256, portFields))),
    OddCase(
      "v9: messages that never came show in the sequence",
      Datagram(
        v9(sequence: 7) {
          plainTemplate; data(256, row(1), row(2))
        }, gives: gives(1), gives(2)),
      Datagram(v9(sequence: 9) { data(256, row(3)) }, gives: gives(3)), losesSequence: true),
    OddCase(
      "v9: the sequence counts messages, whatever is in them",
      Datagram(
        v9(sequence: .max) {
          plainTemplate; data(256, row(1), row(2))
        }, gives: gives(1), gives(2)),
      Datagram(v9(sequence: 0) { data(256, row(3)) }, gives: gives(3)), losesSequence: false),
    OddCase(
      "v9: times across a wrap of the uptime, and after the export time",
      Datagram(
        v9(uptime: 5_000) {
          template(256, f(22, 4), f(21, 4)); data(256, u32(.max - 999, 500), u32(5_000, 6_500))
        },
        gives: .flow(
          256, #"{"flowStartSysUpTime":4294966296,"flowEndSysUpTime":500}"#,
          derived: #"{"flowStart":"2025-06-15T15:06:34.000Z","flowEnd":"2025-06-15T15:06:35.500Z"}"#),
        .flow(
          256, #"{"flowStartSysUpTime":5000,"flowEndSysUpTime":6500}"#,
          derived: #"{"flowStart":"2025-06-15T15:06:40.000Z","flowEnd":"2025-06-15T15:06:41.500Z"}"#))),
    OddCase(
      "v9: all versions from one address and port, templates apart",
      Datagram(v9 { plainTemplate }), Datagram(ipfix { portTemplate }),
      Datagram(v9(sequence: 1) { data(256, row(1)) }, gives: gives(1)),
      Datagram(ipfix { data(256, ports) }, gives: .flow(256, portFields)), Datagram(v5(zeros(48)).cut(to: 24)),
      counters: ["truncated_record": 1]),
  ]

  /// Returns a record that precedes its template.
  static func held(_ number: UInt8) -> Gives { .flow(256, fields(number), optional: true) }
}
