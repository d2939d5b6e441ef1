extension OddCases {
  static let ipfixTemplateCases: [OddCase] = [
    OddCase(
      "IPFIX: the newest definition holds from where it stands",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1)); portTemplate; data(256, ports)
        }, gives: gives(1), .flow(256, portFields)),
      Datagram(ipfix(sequence: 2) { data(256, ports) }, gives: .flow(256, portFields))),
    OddCase(
      "IPFIX: withdrawals over UDP are ignored: of one template, of all, of options",
      Datagram(
        ipfix {
          plainTemplate; data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 1) {
          templates(definition(256)); data(256, row(2))
        }, gives: gives(2)),
      Datagram(
        ipfix(sequence: 2) {
          templates(definition(2)); data(256, row(3))
        }, gives: gives(3)),
      Datagram(
        ipfix(sequence: 3) {
          optionsTemplates(definition(3)); data(256, row(4))
        }, gives: gives(4)),
      Datagram(
        ipfix(sequence: 4) {
          templates(definition(256), definition(257), definition(300, f(7, 2), f(11, 2))); data(300, ports)
        },
        gives: .flow(300, portFields)), counters: ["withdrawal_ignored": 5]),
    OddCase(
      "IPFIX: a template number below 256 spoils the rest of its set, and no other",
      Datagram(
        ipfix {
          templates(definition(255, f(8, 4)), definition(300, f(7, 2)))
          plainTemplate
          data(256, row(1))
          data(300, ports)
        }, gives: gives(1)), counters: ["bad_template": 1, "unknown_template": 1]),
    OddCase(
      "IPFIX: an enterprise number cut short spoils the template; an earlier one of its number stays",
      Datagram(
        ipfix {
          plainTemplate
          templates(definition(256, f(7, 2), Octets(pen(4_711, 1, 4).prefix(6))))
          data(256, row(1))
        }, gives: gives(1)), counters: ["bad_template": 1]),
    OddCase(
      "IPFIX: more fields than the set holds spoil the rest of it",
      Datagram(
        ipfix {
          plainTemplate; templates(definition(256, f(7, 2), f(11, 2), count: 3)); data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        ipfix(sequence: 1) {
          templates(definition(256, f(7, 2), count: 65_535)); data(256, row(2))
        }, gives: gives(2)),
      counters: ["bad_template": 2]),
    OddCase(
      "IPFIX: a template whose fields are all empty is bad; the next in the set is read",
      Datagram(
        ipfix {
          plainTemplate
          templates(definition(256, f(8, 0)), definition(300, f(7, 2), f(11, 2)))
          data(256, row(1))
          data(300, ports)
        }, gives: gives(1), .flow(300, portFields)), counters: ["bad_template": 1]),
    OddCase(
      "IPFIX: options without a scope, or with more scopes than fields, are bad; the next in the set is read",
      Datagram(
        ipfix {
          optionsTemplates(
            definition(300, scopes: 0, f(149, 4), f(34, 4)), definition(301, scopes: 3, f(149, 4), f(34, 4)),
            definition(302, scopes: 2, f(149, 4), f(34, 4)))
          data(302, u32(1, 100))
          data(300, u32(1, 100))
        }, gives: .options(302, #"{"observationDomainId":1,"samplingInterval":100}"#)),
      counters: ["bad_template": 2, "unknown_template": 1]),
    OddCase(
      "IPFIX: options with two scopes, of an enterprise too",
      Datagram(
        ipfix {
          optionsTemplates(definition(300, scopes: 2, f(302, 4), pen(4_711, 5, 2), f(305, 4), f(306, 4)))
          data(300, u32(1), u16(0xbeef), u32(1, 99))
        },
        gives: .options(
          300, #"{"selectorId":1,"4711/5":"beef","samplingPacketInterval":1,"samplingPacketSpace":99}"#))),
    OddCase(
      "IPFIX: zeros after the last template are padding",
      Datagram(
        ipfix {
          templates(definition(256, plain, count: 3), zeros(3)); data(256, row(1))
        }, gives: gives(1))),
    OddCase(
      "IPFIX: enterprise elements come out as hex; those of enterprise 0 are IANA's",
      Datagram(
        ipfix {
          template(256, pen(4_711, 1, 4), pen(0, 7, 2), pen(0, 32_000, 1), pen(.max, 32_767, 3))
          data(256, u32(1), u16(53), u8(9), hex("abcdef"))
        },
        gives: .flow(256, #"{"4711/1":"00000001","sourceTransportPort":53,"0/32000":"09","4294967295/32767":"abcdef"}"#)
      )),
    OddCase(
      "IPFIX: reverse elements are typed as their forward elements, in reduced sizes too",
      Datagram(
        ipfix {
          template(256, f(1, 4), pen(29_305, 1, 4), pen(29_305, 2, 2), pen(29_305, 152, 8), pen(29_305, 32_000, 2))
          data(256, u32(10, 20), u16(3), u64(1_750_000_000_123), u16(0xabcd))
        },
        gives: .flow(
          256,
          """
          {"octetDeltaCount":10,"29305/1":20,"29305/2":3,"29305/152":"2025-06-15T15:06:40.123Z","29305/32000":"abcd"}
          """))),
    OddCase(
      "IPFIX: elements that the registry does not name are 0/ID in hex",
      Datagram(
        ipfix {
          template(256, f(32_000, 4), f(0, 1), f(7, 2)); data(256, u32(0xcafe_f00d), u8(1), u16(53))
        },
        gives: .flow(256, #"{"0/32000":"cafef00d","0/0":"01","sourceTransportPort":53}"#))),
    OddCase(
      "IPFIX: fields of length 0 are empty text, whatever their type; lists are no worse for it",
      Datagram(
        ipfix {
          template(256, f(8, 0), f(7, 2), f(276, 0), f(152, 0), f(291, 0), pen(4_711, 1, 0), f(149, 0))
          data(256, u16(53))
        },
        gives: .flow(
          256,
          """
          {"sourceIPv4Address":"","sourceTransportPort":53,"dataRecordsReliability":"","flowStartMilliseconds":"",
          "basicList":"","4711/1":"","observationDomainId":""}
          """))),
  ]
}
