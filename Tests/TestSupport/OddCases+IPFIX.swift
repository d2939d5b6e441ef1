extension OddCases {
  static let ipfixCases: [OddCase] = [
    OddCase(
      "IPFIX: a header length below its own or beyond the datagram is no message",
      Datagram(ipfix(length: 15) { plainTemplate }), Datagram(ipfix(length: 0) { plainTemplate }),
      Datagram(
        ipfix(length: 41) {
          plainTemplate; data(256, row(1))
        }.cut(to: 40)),
      Datagram(ipfix { plainTemplate }.cut(to: 15)), Datagram(ipfix { plainTemplate }.cut(to: 33)),
      Datagram(ipfix { data(256, row(9)) }, gives: held(9)), counters: ["short_datagram": 5, "unknown_template": 1]),
    OddCase(
      "IPFIX: octets after the header's length are not read",
      Datagram(
        ipfix(length: 52) {
          plainTemplate; data(256, row(1)); data(256, row(2))
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 1, length: 32) {
          data(256, row(3)); raw(u8(1, 2, 3))
        }, gives: gives(3))),
    OddCase(
      "IPFIX: a header's length that cuts a set leaves what came before it",
      Datagram(
        ipfix(length: 67) {
          plainTemplate; data(256, row(1)); data(256, row(2))
        }, gives: gives(1)),
      counters: ["bad_set_length": 1]),
    OddCase("IPFIX: a header alone is a message", Datagram(ipfix {}), Datagram(ipfix(length: 16) { raw(zeros(9)) })),
    OddCase(
      "IPFIX: a set of length 3, and one of 0, end the message",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1)); data(256, row(2), length: 3)
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 1) {
          data(256, row(3)); data(256, row(4), length: 0)
        }, gives: gives(3)),
      Datagram(ipfix(sequence: 2) { data(256, row(5)) }, gives: gives(5)), counters: ["bad_set_length": 2]),
    OddCase(
      "IPFIX: a set longer than the message is not read in part",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1), row(2), length: 29)
        }), counters: ["bad_set_length": 1]),
    OddCase(
      "IPFIX: stray octets at the end of the message are no set",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1)); raw(u8(7, 7, 7))
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 1) {
          data(256, row(2)); raw(u8(7))
        }, gives: gives(2)), counters: ["bad_set_length": 2]),
    OddCase(
      "IPFIX: reserved sets are passed over",
      Datagram(
        ipfix {
          plainTemplate
          data(0, row(8))
          data(1, row(8))
          data(4, row(8))
          data(255, u8())
          data(256, row(1))
        }, gives: gives(1)), counters: ["reserved_set": 4]),
    OddCase(
      "IPFIX: padding below a record's length is no record",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1), zeros(3)); data(256, row(2), hex("010203"))
        }, gives: gives(1), gives(2)),
      Datagram(
        ipfix(sequence: 2) {
          data(256, row(3), zeros(11)); data(256, zeros(11))
        }, gives: gives(3))),
    OddCase(
      "IPFIX: a record without all its octets is padding, not a record",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1), Octets(row(2).prefix(11)))
        }, gives: gives(1))),
    OddCase(
      "IPFIX: data before its template is unknown, once a set",
      Datagram(ipfix { data(256, row(1), row(2)) }, gives: held(1), held(2)),
      Datagram(
        ipfix(sequence: 2) {
          plainTemplate; data(256, row(3))
        }, gives: gives(3)),
      counters: ["unknown_template": 1]),
    OddCase(
      "IPFIX: two exporting processes on one address are told apart by their ports",
      Datagram(ipfix { plainTemplate }), Datagram(ipfix { portTemplate }, port: 40_001),
      Datagram(ipfix { data(256, row(1)) }, gives: gives(1)),
      Datagram(ipfix { data(256, ports) }, port: 40_001, gives: .flow(256, portFields))),
    OddCase(
      "IPFIX: observation domains have templates and sequences of their own",
      Datagram(
        ipfix(domain: 0, sequence: 10) {
          plainTemplate; data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        ipfix(domain: .max, sequence: 900) {
          portTemplate; data(256, ports)
        }, gives: .flow(256, portFields)),
      Datagram(ipfix(domain: 0, sequence: 11) { data(256, row(2)) }, gives: gives(2)), losesSequence: false),
    OddCase(
      "IPFIX: records that never came show in the sequence; a duplicate and a late message do not",
      Datagram(
        ipfix(sequence: 100) {
          plainTemplate; data(256, row(1), row(2))
        }, gives: gives(1), gives(2)),
      Datagram(ipfix(sequence: 109) { data(256, row(3)) }, gives: gives(3)),
      Datagram(ipfix(sequence: 109) { data(256, row(3)) }, gives: gives(3)),
      Datagram(ipfix(sequence: 102) { data(256, row(4), row(5)) }, gives: gives(4), gives(5)),
      Datagram(ipfix(sequence: 110) { data(256, row(6)) }, gives: gives(6)), losesSequence: true),
    OddCase(
      "IPFIX: the sequence counts data records, options too, templates not; and wraps",
      Datagram(
        ipfix(sequence: .max - 1) {
          plainTemplate
          optionsTemplates(definition(300, scopes: 1, f(149, 4), f(34, 4)))
          data(256, row(1))
          data(300, u32(1, 100))
        }, gives: gives(1), .options(300, #"{"observationDomainId":1,"samplingInterval":100}"#)),
      Datagram(ipfix(sequence: 0) { plainTemplate }),
      Datagram(ipfix(sequence: 0) { data(256, row(2)) }, gives: gives(2)),
      losesSequence: false),
    OddCase(
      "IPFIX: an exporter that restarts counts from 0 again",
      Datagram(
        ipfix(sequence: 5_000) {
          plainTemplate; data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 0) {
          portTemplate; data(256, ports)
        }, gives: .flow(256, portFields)),
      Datagram(ipfix(sequence: 1) { data(256, ports) }, gives: .flow(256, portFields))),
    OddCase(
      "IPFIX: from an IPv6 exporter, and v5 and v9 too",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1))
        }, from: "2001:db8::1", gives: gives(1)),
      Datagram(
        v9 {
          plainTemplate; data(256, row(2))
        }, from: "2001:db8::1", gives: gives(2)),
      Datagram(v5(zeros(48), count: 2).cut(to: 24), from: "2001:db8::1"), counters: ["truncated_record": 1]),
  ]
}
