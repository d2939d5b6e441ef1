extension OddCases {
  static let netFlow9TemplateCases: [OddCase] = [
    OddCase(
      "v9: the newest definition holds from where it stands, also within a message",
      Datagram(
        v9 {
          plainTemplate; data(256, row(1)); portTemplate; data(256, ports)
        }, gives: gives(1), .flow(256, portFields)),
      Datagram(v9(sequence: 1) { data(256, ports) }, gives: .flow(256, portFields))),
    OddCase(
      "v9: a template number below 256 spoils the rest of its set, and no other",
      Datagram(
        v9 {
          templates(definition(255, f(8, 4)), definition(300, f(7, 2)))
          plainTemplate
          data(256, row(1))
          data(300, ports)
        }, gives: gives(1)), counters: ["bad_template": 1, "unknown_template": 1]),
    OddCase(
      "v9: a template without fields is bad; the earlier one stays, the next in the set is read",
      Datagram(
        v9 {
          plainTemplate
          templates(definition(256), definition(300, f(7, 2), f(11, 2)))
          data(256, row(1))
          data(300, ports)
        }, gives: gives(1), .flow(300, portFields)), counters: ["bad_template": 1]),
    OddCase(
      "v9: a template whose fields are all empty is bad; the next in the set is read",
      Datagram(
        v9 {
          templates(definition(256, f(8, 0), f(12, 0)), definition(300, f(7, 2), f(11, 2)))
          data(300, ports)
          data(256, row(1))
        }, gives: .flow(300, portFields)), counters: ["bad_template": 1, "unknown_template": 1]),
    OddCase(
      "v9: more fields than the set holds spoil the rest of it",
      Datagram(
        v9 {
          plainTemplate
          templates(definition(300, f(7, 2), f(11, 2)), definition(256, f(7, 2), f(11, 2), count: 3))
          data(256, row(1))
          data(300, ports)
        }, gives: gives(1), .flow(300, portFields)), counters: ["bad_template": 1]),
    OddCase(
      "v9: zeros after the last template are padding",
      Datagram(
        v9 {
          templates(definition(256, plain, count: 3), zeros(7)); data(256, row(1))
        }, gives: gives(1)),
      Datagram(
        v9(sequence: 1) {
          optionsTemplates(definition(300, scope: f(1, 4), f(34, 4)), zeros(2))
          data(300, u32(0, 100))
        }, gives: .options(300, #"{"scope/1":0,"samplingInterval":100}"#))),
    OddCase(
      "v9: empty fields come out as empty text",
      Datagram(
        v9 {
          template(256, f(8, 0), f(7, 2), f(82, 0)); data(256, u16(53))
        },
        gives: .flow(256, #"{"sourceIPv4Address":"","sourceTransportPort":53,"interfaceName":""}"#))),
    OddCase(
      "v9: repeated elements are an array in the order of the wire",
      Datagram(
        v9 {
          template(256, f(4, 1), f(7, 2), f(4, 1), f(4, 1)); data(256, u8(1), u16(53), u8(2, 3))
        },
        gives: .flow(256, #"{"protocolIdentifier":[1,2,3],"sourceTransportPort":53}"#))),
    OddCase(
      "v9: types from 32768 on are no enterprise's, and have no name",
      Datagram(
        v9 {
          template(256, f(40_005, 2), f(0xffff, 1), f(7, 2)); data(256, u16(0xabcd), u8(1), u16(53))
        },
        gives: .flow(256, #"{"0/40005":"abcd","0/65535":"01","sourceTransportPort":53}"#))),
    OddCase(
      "v9: a length of 65535 is variable here too",
      Datagram(
        v9 {
          template(256, f(82, variable), f(7, 2)); data(256, v(text("eth0")), u16(53), v(text("")), u16(54))
        },
        gives: .flow(256, #"{"interfaceName":"eth0","sourceTransportPort":53}"#),
        .flow(256, #"{"interfaceName":"","sourceTransportPort":54}"#))),
    OddCase(
      "v9: options of every scope, and one that has no name",
      Datagram(
        v9 {
          optionsTemplates(
            definition(300, scope: f(1, 4) + f(2, 2) + f(3, 1) + f(4, 8) + f(5, 2) + f(9, 3), f(34, 4), f(82, 6)))
          data(300, u32(1), u16(2), u8(3), u64(4), u16(256), hex("010203"), u32(100), text("ge0") + zeros(3))
        },
        gives: .options(
          300,
          """
          {"scope/1":1,"scope/2":2,"scope/3":3,"scope/4":4,"scope/5":256,"scope/9":66051,"samplingInterval":100,
          "interfaceName":"ge0"}
          """))),
    OddCase(
      "v9: a scope of nine octets is hex, an empty one empty, and none at all is fine",
      Datagram(
        v9 {
          optionsTemplates(
            definition(300, scope: f(1, 9) + f(2, 0), f(34, 1)), definition(301, scope: u8(), f(34, 1)))
          data(300, hex("010203040506070809 64"))
          data(301, u8(7))
        },
        gives: .options(300, #"{"scope/1":"010203040506070809","scope/2":"","samplingInterval":100}"#),
        .options(301, #"{"samplingInterval":7}"#))),
    OddCase(
      "v9: options and flows in one message",
      Datagram(
        v9 {
          plainTemplate
          optionsTemplates(definition(300, scope: f(2, 4), f(82, 4)))
          data(256, row(1))
          data(300, u32(7), text("ge-1"))
          data(256, row(2))
        }, gives: gives(1), .options(300, #"{"scope/2":7,"interfaceName":"ge-1"}"#), gives(2))),
    OddCase(
      "v9: an options template takes the number of a flow template, and back",
      Datagram(
        v9 {
          plainTemplate
          optionsTemplates(definition(256, scope: f(1, 4), f(34, 4)))
          data(256, u32(0, 100))
          plainTemplate
          data(256, row(1))
        }, gives: .options(256, #"{"scope/1":0,"samplingInterval":100}"#), gives(1))),
    OddCase(
      "v9: scope and option lengths that are no multiple of four are bad; the next template is read",
      Datagram(
        v9 {
          optionsTemplates(
            definition(300, scope: f(1, 4) + u16(2), f(34, 4)), definition(301, scope: f(1, 4), f(34, 4) + u16(0)),
            definition(302, scope: f(1, 4), f(34, 4)))
          data(302, u32(0, 100))
          data(300, u32(0, 100))
        }, gives: .options(302, #"{"scope/1":0,"samplingInterval":100}"#)),
      counters: ["bad_template": 2, "unknown_template": 1]),
    OddCase(
      "v9: an option length beyond the set spoils the rest of it",
      Datagram(
        v9 {
          optionsTemplates(definition(300, scope: f(1, 4), f(34, 4), optionLength: 8))
          optionsTemplates(definition(301, scope: f(1, 4), f(34, 4), scopeLength: 0xfffc))
          optionsTemplates(definition(302, scope: u8(), scopeLength: 0))
          plainTemplate
          data(256, row(1))
        }, gives: gives(1)), counters: ["bad_template": 3]),
    OddCase(
      "v9: an options template number below 256 spoils the rest of its set",
      Datagram(
        v9 {
          optionsTemplates(definition(10, scope: f(1, 4), f(34, 4)), definition(301, scope: f(1, 4), f(34, 4)))
          data(301, u32(0, 100))
        }), counters: ["bad_template": 1, "unknown_template": 1]),
  ]
}
