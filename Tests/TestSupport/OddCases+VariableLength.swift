extension OddCases {
  private static let named = template(256, f(82, variable), f(7, 2))

  private static func name(_ text: String, _ port: Int) -> Gives {
    .flow(256, #"{"interfaceName":"\#(text)","sourceTransportPort":\#(port)}"#)
  }

  static let variableLengthCases: [OddCase] = [
    OddCase(
      "variable length: empty, short, 254 octets, 255 in the long form, 300",
      Datagram(
        ipfix {
          named
          data(256, v(u8()), u16(1), v(text("eth0")), u16(2))
          data(256, v(text(String(repeating: "a", count: 254))), u16(3))
          data(256, v(text(String(repeating: "b", count: 255))), u16(4))
          data(256, v(text(String(repeating: "c", count: 300))), u16(5))
        }, gives: name("", 1), name("eth0", 2), name(String(repeating: "a", count: 254), 3),
        name(String(repeating: "b", count: 255), 4), name(String(repeating: "c", count: 300), 5))),
    OddCase(
      "variable length: the long form does for short values too, and for none",
      Datagram(
        ipfix {
          named; data(256, v(text("eth0"), long: true), u16(1), v(u8(), long: true), u16(2))
        },
        gives: name("eth0", 1), name("", 2))),
    OddCase(
      "variable length: a length beyond the set ends the set; the records before it stay, the next set is read",
      Datagram(
        ipfix {
          named
          data(256, v(text("eth0")), u16(1), v(text("eth1")), u16(2), u8(200), text("eth2"), u16(3))
          data(256, v(text("eth3")), u16(4))
        }, gives: name("eth0", 1), name("eth1", 2), name("eth3", 4)), counters: ["truncated_record": 1]),
    OddCase(
      "variable length: a long form cut in its length, and one beyond the set",
      Datagram(
        ipfix {
          named
          data(256, u8(255, 0), u8(255))
          data(256, u8(255), u16(4), text("eth"))
          data(256, v(text("eth3")), u16(4))
        }, gives: name("eth3", 4)), counters: ["truncated_record": 2]),
    OddCase(
      "variable length: no room for the field after it",
      Datagram(
        ipfix {
          named; data(256, v(text("eth0")), u16(1), v(text("eth1")), u8(0)); data(256, v(text("x")), u16(9))
        },
        gives: name("eth0", 1), name("x", 9)), counters: ["truncated_record": 1]),
    OddCase(
      "variable length: padding below the shortest record, one octet a variable field",
      Datagram(
        ipfix {
          named; data(256, v(text("eth0")), u16(1), zeros(2))
        }, gives: name("eth0", 1)),
      Datagram(
        ipfix(sequence: 1) {
          template(257, f(82, variable), f(8, 4), pen(4_711, 1, variable))
          data(257, v(text("eth0")), ip("192.0.2.1"), v(hex("abcd")), zeros(5))
        }, gives: .flow(257, #"{"interfaceName":"eth0","sourceIPv4Address":"192.0.2.1","4711/1":"abcd"}"#))),
    OddCase(
      "variable length: a template of one such field takes zeros at the end as empty records",
      Datagram(
        ipfix {
          template(256, f(82, variable)); data(256, v(text("eth0")), zeros(2))
        },
        gives: .flow(256, #"{"interfaceName":"eth0"}"#), .flow(256, #"{"interfaceName":""}"#),
        .flow(256, #"{"interfaceName":""}"#))),
    OddCase(
      "variable length: numbers and addresses too, and hex if they do not fit",
      Datagram(
        ipfix {
          template(256, f(1, variable), f(8, variable), f(8, variable))
          data(256, v(u16(500)), v(ip("192.0.2.1")), v(u16(7)))
        }, gives: .flow(256, #"{"octetDeltaCount":500,"sourceIPv4Address":["192.0.2.1","0007"]}"#))),
    OddCase(
      "variable length: in the scope of options",
      Datagram(
        ipfix {
          optionsTemplates(definition(300, scopes: 1, f(82, variable), f(83, variable)))
          data(300, v(text("ge-0")), v(text("uplink")))
        }, gives: .options(300, #"{"interfaceName":"ge-0","interfaceDescription":"uplink"}"#))),
  ]
}
