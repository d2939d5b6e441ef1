extension OddCases {
  /// Returns a template with a port and a basicList (291), subTemplateList (292) or subTemplateMultiList (293).
  private static func listed(_ element: UInt16) -> Piece { template(256, f(7, 2), f(element, variable)) }

  private static func gives(_ name: String, _ list: String) -> Gives {
    .flow(256, #"{"sourceTransportPort":53,"\#(name)":\#(list)}"#)
  }

  private static let port = u16(53)

  static let listCases: [OddCase] = [
    OddCase(
      "basicList: numbers, none, variable ones, an enterprise's, addresses behind a long-form length",
      Datagram(
        ipfix {
          listed(291)
          data(256, port, v(u8(3) + f(16, 4) + u32(64_500, 64_501)))
          data(256, port, v(u8(255) + f(16, 4)))
          data(256, port, v(u8(4) + f(82, variable) + v(text("a")) + v(u8()) + v(text("bc"))))
          data(256, port, v(u8(0) + pen(4_711, 9, 2) + hex("abcd 0001")))
          data(256, port, v(u8(1) + f(8, 4) + ip("192.0.2.1"), long: true))
        },
        gives: gives("basicList", #"{"semantic":3,"field":"bgpSourceAsNumber","values":[64500,64501]}"#),
        gives("basicList", #"{"semantic":255,"field":"bgpSourceAsNumber","values":[]}"#),
        gives("basicList", #"{"semantic":4,"field":"interfaceName","values":["a","","bc"]}"#),
        gives("basicList", #"{"semantic":0,"field":"4711/9","values":["abcd","0001"]}"#),
        gives("basicList", #"{"semantic":1,"field":"sourceIPv4Address","values":["192.0.2.1"]}"#))),
    OddCase(
      "basicList: what cannot be taken apart is hex, and its record stays",
      Datagram(
        ipfix {
          listed(291)
          data(256, port, v(u8(3) + f(16, 4) + u32(1) + u16(2)))  // half an element
          data(256, port, v(u8(3) + u16(16)))  // half a header
          data(256, port, v(u8(3) + Octets(pen(4_711, 9, 2).prefix(7))))  // half an enterprise number
          data(256, port, v(u8(3) + f(82, variable) + u8(9, 0x61)))  // an element beyond the end
          data(256, port, v(u8(3) + f(16, 0) + u8(1)))  // zero-length elements
          data(256, port, v(u8(3) + f(16, 4) + u32(7)))
        },
        gives: gives("basicList", #""0300100004000000010002""#), gives("basicList", #""030010""#),
        gives("basicList", #""0380090002000012""#), gives("basicList", #""030052ffff0961""#),
        gives("basicList", #""030010000001""#),
        gives("basicList", #"{"semantic":3,"field":"bgpSourceAsNumber","values":[7]}"#)),
      counters: ["bad_list": 5]),
    OddCase(
      "basicList: lists in a list, the inner one broken",
      Datagram(
        ipfix {
          listed(291)
          data(
            256, port,
            v(u8(3) + f(291, variable) + v(u8(4) + f(7, 2) + u16(80, 81)) + v(u8(4) + f(7, 2) + u8(1)) + v(u8())))
        },
        gives: gives(
          "basicList",
          """
          {"semantic":3,"field":"basicList","values":[
          {"semantic":4,"field":"sourceTransportPort","values":[80,81]},"040007000201",""]}
          """)), counters: ["bad_list": 1]),
    OddCase(
      "basicList: elements that do not fit their type are hex, which breaks no list",
      Datagram(
        ipfix {
          listed(291); data(256, port, v(u8(3) + f(8, 2) + u16(1, 2)))
        },
        gives: gives("basicList", #"{"semantic":3,"field":"sourceIPv4Address","values":["0001","0002"]}"#))),
    OddCase(
      "subTemplateList: records, none, and a redefinition of the inner template between",
      Datagram(
        ipfix {
          templates(definition(300, f(8, 4), f(82, variable)))
          listed(292)
          data(256, port, v(u8(255) + u16(300) + ip("192.0.2.1") + v(text("a")) + ip("192.0.2.2") + v(u8())))
          data(256, port, v(u8(4) + u16(300)))
          templates(definition(300, f(11, 2)))
          data(256, port, v(u8(4) + u16(300) + u16(443)))
        },
        gives: gives(
          "subTemplateList",
          """
          {"semantic":255,"template":300,"records":[{"sourceIPv4Address":"192.0.2.1","interfaceName":"a"},
          {"sourceIPv4Address":"192.0.2.2","interfaceName":""}]}
          """), gives("subTemplateList", #"{"semantic":4,"template":300,"records":[]}"#),
        gives("subTemplateList", #"{"semantic":4,"template":300,"records":[{"destinationTransportPort":443}]}"#))),
    OddCase(
      "subTemplateList: an unknown template, an octet too many and half a header are hex",
      Datagram(
        ipfix {
          templates(definition(300, f(11, 2)))
          listed(292)
          data(256, port, v(u8(3) + u16(999, 443)))
          data(256, port, v(u8(3) + u16(300, 443) + u8(0)))
          data(256, port, v(u8(3, 1)))
        },
        gives: gives("subTemplateList", #""0303e701bb""#), gives("subTemplateList", #""03012c01bb00""#),
        gives("subTemplateList", #""0301""#)), counters: ["bad_list": 3]),
    OddCase(
      "subTemplateMultiList: entries of several templates, empty ones, none",
      Datagram(
        ipfix {
          templates(definition(300, f(11, 2)), definition(301, f(82, variable)))
          listed(293)
          data(
            256, port,
            v(u8(3) + u16(300, 8, 80, 443) + u16(301, 7) + v(text("ab")) + u16(300, 4)))
          data(256, port, v(u8(255)))
        },
        gives: gives(
          "subTemplateMultiList",
          """
          {"semantic":3,"entries":[
          {"template":300,"records":[{"destinationTransportPort":80},{"destinationTransportPort":443}]},
          {"template":301,"records":[{"interfaceName":"ab"}]},{"template":300,"records":[]}]}
          """), gives("subTemplateMultiList", #"{"semantic":255,"entries":[]}"#))),
    OddCase(
      "subTemplateMultiList: an entry's length below its header or beyond the list, an unknown template: hex",
      Datagram(
        ipfix {
          templates(definition(300, f(11, 2)))
          listed(293)
          data(256, port, v(u8(3) + u16(300, 3, 80)))
          data(256, port, v(u8(3) + u16(300, 7, 80)))
          data(256, port, v(u8(3) + u16(300, 6, 80) + u16(999, 6, 80)))
          data(256, port, v(u8(3) + u16(300, 6, 80) + u8(1, 44)))
        },
        gives: gives("subTemplateMultiList", #""03012c00030050""#), gives("subTemplateMultiList", #""03012c00070050""#),
        gives("subTemplateMultiList", #""03012c0006005003e700060050""#),
        gives("subTemplateMultiList", #""03012c00060050012c""#)), counters: ["bad_list": 4]),
    OddCase(
      "lists in records of lists",
      Datagram(
        ipfix {
          templates(definition(300, f(291, variable), f(7, 2)), definition(301, f(292, variable)))
          listed(293)
          data(
            256, port,
            v(u8(3) + u16(301, 17) + v(u8(4) + u16(300) + v(u8(3) + f(4, 1) + u8(6)) + u16(80))))
        },
        gives: gives(
          "subTemplateMultiList",
          """
          {"semantic":3,"entries":[{"template":301,"records":[{"subTemplateList":
          {"semantic":4,"template":300,"records":[
          {"basicList":{"semantic":3,"field":"protocolIdentifier","values":[6]},"sourceTransportPort":80}]}}]}]}
          """))),
    OddCase(
      "lists of fixed length, and a list that its record cuts short",
      Datagram(
        ipfix {
          template(256, f(7, 2), f(291, 9))
          data(256, port, u8(3) + f(16, 4) + u32(64_500))
          template(257, f(291, variable))
          data(257, u8(200, 3), u32(1))
        },
        gives: gives("basicList", #"{"semantic":3,"field":"bgpSourceAsNumber","values":[64500]}"#)),
      counters: ["truncated_record": 1]),
  ]
}
