extension OddCases {
  static let valueCases: [OddCase] = [
    OddCase(
      "values: one of each type",
      Datagram(
        ipfix {
          template(
            256, f(8, 4), f(27, 16), f(56, 6), f(82, 5), f(313, 3), f(276, 1), f(276, 1), f(150, 4), f(152, 8),
            f(154, 8), f(156, 8), f(320, 8), f(311, 4), f(434, 4))
          data(
            256, ip("192.0.2.1"), ip("2001:db8:0:0:1:0:0:1"), hex("0A1B2c3d4e5f"), text("eth\u{e9}"), hex("00ff00"),
            u8(1, 2), u32(1_714_564_800), u64(1_714_564_800_005), ntp(1_714_564_800, 0x8000_0000),
            ntp(1_714_564_800, 0x4000_0000), u64(0x3ff8_0000_0000_0000), u32(0x3e80_0000), u32(0xffff_fffe))
        },
        gives: .flow(
          256,
          """
          {"sourceIPv4Address":"192.0.2.1","sourceIPv6Address":"2001:db8::1:0:0:1",
          "sourceMacAddress":"0a:1b:2c:3d:4e:5f","interfaceName":"eth\u{e9}","ipHeaderPacketSection":"00ff00",
          "dataRecordsReliability":[true,false],"flowStartSeconds":"2024-05-01T12:00:00Z",
          "flowStartMilliseconds":"2024-05-01T12:00:00.005Z","flowStartMicroseconds":"2024-05-01T12:00:00.500000Z",
          "flowStartNanoseconds":"2024-05-01T12:00:00.250000000Z","absoluteError":1.5,"samplingProbability":0.25,
          "mibObjectValueInteger":-2}
          """))),
    OddCase(
      "values: integers of any length from 1 to 8 octets, signed ones with their sign; not of 9",
      Datagram(
        ipfix {
          template(256, f(4, 2), f(7, 8), f(1, 1), f(1, 3), f(1, 5), f(1, 7), f(434, 1), f(434, 8), f(2, 9))
          data(
            256, u16(6), u64(53), u8(200), hex("010000"), hex("0100000000"), hex("0f ffff ffff ffff"), u8(0xff),
            u64(0xffff_ffff_0000_0000), hex("000000000000000001"))
        },
        gives: .flow(
          256,
          """
          {"protocolIdentifier":6,"sourceTransportPort":53,
          "octetDeltaCount":[200,65536,4294967296,4503599627370495],"mibObjectValueInteger":[-1,-4294967296],
          "packetDeltaCount":"000000000000000001"}
          """))),
    OddCase(
      "values: integers from 2^53 on are text, so that no reader rounds them",
      Datagram(
        ipfix {
          template(256, f(1, 8), f(1, 8), f(1, 8), f(434, 8), f(434, 8))
          data(
            256, u64((1 << 53) - 1, 1 << 53, .max), u64(UInt64(bitPattern: -(1 << 53) + 1)),
            u64(UInt64(bitPattern: .min)))
        },
        gives: .flow(
          256,
          """
          {"octetDeltaCount":[9007199254740991,"9007199254740992","18446744073709551615"],
          "mibObjectValueInteger":[-9007199254740991,"-9223372036854775808"]}
          """))),
    OddCase(
      "values: wide integers",
      Datagram(
        ipfix {
          template(256, f(wide, 1), f(wide, 12), f(wide, 32), f(wide, 33))
          data(256, u8(7), hex("000000010000000000000000"), zeros(31) + u8(9), zeros(33))
        },
        gives: .flow(
          256,
          """
          {"\(wideName)":[7,"18446744073709551616",9,"\(String(repeating: "00", count: 33))"]}
          """))),
    OddCase(
      "values: floats of both sizes; what is no number is text; other sizes are hex",
      Datagram(
        ipfix {
          template(256, f(320, 4), f(320, 8), f(320, 4), f(320, 4), f(320, 8), f(320, 2))
          data(
            256, u32(0x4020_0000), u64(0xc004_0000_0000_0000), u32(0x7fc0_0000), u32(0x7f80_0000),
            u64(0xfff0_0000_0000_0000), u16(0x3c00))
        }, gives: .flow(256, #"{"absoluteError":[2.5,-2.5,"NaN","Infinity","-Infinity","3c00"]}"#))),
    OddCase(
      "values: what does not fit its type is hex",
      Datagram(
        ipfix {
          template(
            256, f(8, 2), f(27, 4), f(56, 8), f(276, 1), f(276, 2), f(150, 8), f(152, 4), f(154, 16), f(156, 4),
            f(82, 2), f(12, 5))
          data(
            256, u16(1), u32(2), u64(3), u8(3), u16(1), u64(1_714_564_800), u32(4), zeros(16), u32(5), hex("c328"),
            hex("0102030405"))
        },
        gives: .flow(
          256,
          """
          {"sourceIPv4Address":"0001","sourceIPv6Address":"00000002","sourceMacAddress":"0000000000000003",
          "dataRecordsReliability":["03","0001"],"flowStartSeconds":"0000000066322ec0",
          "flowStartMilliseconds":"00000004","flowStartMicroseconds":"00000000000000000000000000000000",
          "flowStartNanoseconds":"00000005","interfaceName":"c328","destinationIPv4Address":"0102030405"}
          """))),
    OddCase(
      "values: text loses the NULs at its end and keeps those within",
      Datagram(
        ipfix {
          template(256, f(82, 4), f(82, 4), f(82, 3), f(82, 4), f(82, 3))
          data(256, text("ab") + zeros(2), hex("61006200"), zeros(3), hex("00ff0000"), text("\"\\\n"))
        }, gives: .flow(256, #"{"interfaceName":["ab","a\u0000b","","00ff0000","\"\\\n"]}"#))),
    OddCase(
      "values: octet arrays keep every octet",
      Datagram(
        ipfix {
          template(256, f(313, 4)); data(256, hex("61620000"))
        }, gives: .flow(256, #"{"ipHeaderPacketSection":"61620000"}"#))),
    OddCase(
      "values: IPv6 text by RFC 5952",
      Datagram(
        ipfix {
          template(256, f(27, 16))
          for address in ["::", "::1", "::ffff:192.0.2.1", "2001:db8::", "1:0:0:2:0:0:0:3", "1:0:2:3:4:5:6:7"] {
            data(256, address == "::ffff:192.0.2.1" ? zeros(10) + u16(0xffff) + ip("192.0.2.1") : ip(address))
          }
        },
        gives: .flow(256, #"{"sourceIPv6Address":"::"}"#), .flow(256, #"{"sourceIPv6Address":"::1"}"#),
        .flow(256, #"{"sourceIPv6Address":"::ffff:192.0.2.1"}"#), .flow(256, #"{"sourceIPv6Address":"2001:db8::"}"#),
        .flow(256, #"{"sourceIPv6Address":"1:0:0:2::3"}"#), .flow(256, #"{"sourceIPv6Address":"1:0:2:3:4:5:6:7"}"#))),
    OddCase(
      "values: milliseconds end with the year 9999",
      Datagram(
        ipfix {
          template(256, f(152, 8))
          data(256, u64(0), u64(253_402_300_799_999), u64(253_402_300_800_000), u64(.max))
        },
        gives: .flow(256, #"{"flowStartMilliseconds":"1970-01-01T00:00:00.000Z"}"#),
        .flow(256, #"{"flowStartMilliseconds":"9999-12-31T23:59:59.999Z"}"#),
        .flow(256, #"{"flowStartMilliseconds":"0000e677d21fdc00"}"#),
        .flow(256, #"{"flowStartMilliseconds":"ffffffffffffffff"}"#))),
    OddCase(
      "values: NTP times are rounded to the nearest; microseconds have no use for the low 11 bits",
      Datagram(
        ipfix {
          template(256, f(154, 8), f(156, 8))
          data(256, ntp(0, 0x0000_07ff), ntp(0, 0x0000_07ff))
          data(256, ntp(0, 0xffff_ffff), ntp(0, 0xffff_ffff))
          data(256, u64(0), u64(.max))
        },
        gives: .flow(
          256,
          #"{"flowStartMicroseconds":"1970-01-01T00:00:00.000000Z","flowStartNanoseconds":"1970-01-01T00:00:00.000000477Z"}"#
        ),
        .flow(
          256,
          #"{"flowStartMicroseconds":"1970-01-01T00:00:01.000000Z","flowStartNanoseconds":"1970-01-01T00:00:01.000000000Z"}"#
        ),
        .flow(
          256,
          #"{"flowStartMicroseconds":"1900-01-01T00:00:00.000000Z","flowStartNanoseconds":"2036-02-07T06:28:16.000000000Z"}"#
        ))),
    OddCase(
      "values: padding is left out, wherever it stands",
      Datagram(
        ipfix {
          template(256, f(210, 3), f(7, 2), f(210, 1), f(11, 2)); data(256, hex("ffffff 0035 00 01bb"))
        },
        gives: .flow(256, portFields))),
  ]

  /// Returns an NTP timestamp: seconds since 1970 and units of 2^-32 s.
  private static func ntp(_ seconds: UInt32, _ fraction: UInt32) -> Octets { u32(seconds &+ 2_208_988_800, fraction) }

  /// An element of type unsigned256.
  private static let wide: UInt16 = 515
  private static let wideName = "ipv6ExtensionHeadersFull"
}
