import FlowModel
import NetFlow
import Testing
import TrafficGenerator

@Suite("Messages are octet for octet as the protocols lay them out")
struct MessageVectorTests {
  /// 1 h 2.345 s after boot.
  private let time = bootTime + 3_602_345

  @Test("NetFlow v5: header, one record, values that do not fit clamped or replaced")
  func netFlow5() throws {
    var encoder = try encoder(.netFlow5) {
      $0.domain = 0x0107
      $0.samplingInterval = 100
    }
    var message: [UInt8] = []
    #expect(encoder.encode([sampleRecord()].span, at: time, into: &message) == 1)
    #expect(
      hexadecimal(message)
        == compact(
          """
          0005 0001 0036f7a9 6553ff12 14904840 00000000 01 07 4064
          0a010203 c6336407 c0000201 0102 0304 00030004 ffffffff 0036ef7a 0036f45c
          c000 01bb 00 1b 06 b8 fc00 5ba0 18 11 0000
          """))
    #expect(encoder.sequence == 1)
  }

  @Test("NetFlow v5: ICMP type and code ride in the destination port")
  func netFlow5ICMP() throws {
    var encoder = try encoder(.netFlow5)
    var record = sampleRecord()
    record.protocolIdentifier = 1
    record.icmpType = 3
    record.icmpCode = 4
    var message: [UInt8] = []
    _ = encoder.encode([record].span, at: time, into: &message)
    #expect(hexadecimal(Array(message[24 + 34..<24 + 36])) == "0304")
    #expect(hexadecimal(Array(message[22..<24])) == "0000", "no sampling: the header says so")
  }

  @Test("NetFlow v9: template, IPv4 set, IPv6 set, padding; uptime given for the header's whole second")
  func netFlow9() throws {
    var encoder = try encoder(.netFlow9) {
      $0.domain = 9
      $0.fields = []
    }
    var message: [UInt8] = []
    let records = [sampleRecord(ipv6: true), sampleRecord()]
    #expect(encoder.encode(records.span, at: time, into: &message) == 2)
    #expect(
      hexadecimal(message)
        == compact(
          """
          0009 0004 0036f650 6553 ff12 00000000 00000009
          0000 00b4
          0100 0015 0008 0004 000c 0004 000f 0004 0007 0002 000b 0002 0004 0001 0005 0001 0006 0001 003d 0001 0020 0002
               000a 0004 000e 0004 0001 0008 0002 0008 0016 0004 0015 0004 0010 0004 0011 0004 0009 0001 000d 0001
               0088 0001
          0101 0015 001b 0010 001c 0010 003e 0010 0007 0002 000b 0002 0004 0001 0005 0001 0006 0001 003d 0001 0020 0002
               000a 0004 000e 0004 0001 0008 0002 0008 0016 0004 0015 0004 0010 0004 0011 0004 001d 0001 001e 0001
               0088 0001
          0100 0048 0a010203 c6336407 c0000201 c000 01bb 06 b8 1b 01 0000 00000102 00000304
               0000000100000002 0000000000030004 0036ef7a 0036f45c 0000fc00 fa56ea01 18 11 03 000000
          0101 006c 20010db8000000000000000000000001 20010db8000000000000000000000002
               fe800000000000000000000000000009 c000 01bb 06 b8 1b 01 0000 00000102 00000304
               0000000100000002 0000000000030004 0036ef7a 0036f45c 0000fc00 fa56ea01 18 11 03 000000
          """))
    #expect(encoder.encode(records.span.extracting(1..<2), at: time, into: &message) == 1)
    #expect(
      hexadecimal(Array(message[..<24])) == compact("0009 0001 0036f650 6553ff12 00000001 00000009 0100 0048"),
      "the next message counts one more and has no templates")
  }

  @Test("NetFlow v9: the sampler is announced as options data and named in the records")
  func netFlow9Sampler() throws {
    var encoder = try encoder(.netFlow9) { $0.samplingInterval = 4_000 }
    var message: [UInt8] = []
    _ = encoder.encode([sampleRecord()].span, at: time, into: &message)
    #expect(
      hexadecimal(message).contains(
        compact(
          """
          0001 001c 0102 0004 000c 0001 0004 0030 0001 0031 0001 0032 0004 0000
          0102 0010 00000000 01 01 00000fa0 0000
          0100
          """)))
    #expect(hexadecimal(message).hasSuffix(compact("03 0078 0079 01 0000")))
    #expect(hexadecimal(Array(message[2..<4])) == "0005", "two templates, an options template, its data, a flow")
  }

  @Test("IPFIX: absolute times, all optional fields, a selector; options data counts in the sequence")
  func ipfix() throws {
    var encoder = try encoder(.ipfix) {
      $0.domain = 0x0102_0304
      $0.samplingInterval = 10
      $0.fields = [.vlans, .macAddresses]
    }
    var message: [UInt8] = []
    _ = encoder.encode([sampleRecord()].span, at: time, into: &message)
    let text = hexadecimal(message)
    #expect(text.hasPrefix(compact("000a 0188 6553ff12 00000000 01020304 0002 00dc 0100 001a 0008 0004")))
    #expect(
      text.hasSuffix(
        compact(
          """
          0003 001c 0102 0004 0001 012e 0008 0130 0002 0131 0004 0132 0004 0000
          0102 0018 0000000000000001 0001 00000001 00000009 0000
          0100 0068 0a010203 c6336407 c0000201 c000 01bb 06 b8 011b 01 0000 00000102 00000304
               0000000100000002 0000000000030004 0000018bd01c577a 0000018bd01c5c5c 0000fc00 fa56ea01 18 11 03
               0078 0079 020000000001 020000000002 0000000000000001 0000
          """)))
    #expect(encoder.sequence == 2)
  }

  @Test("Times before 1970 and uptimes beyond 2^32 ms wrap as the counters do")
  func wraps() throws {
    var encoder = try encoder(.netFlow5) { $0.bootTime = -(1 << 32) }
    var message: [UInt8] = []
    _ = encoder.encode([sampleRecord()].span, at: -1, into: &message)
    #expect(hexadecimal(Array(message[4..<16])) == compact("ffffffff ffffffff 3b8b87c0"))
  }
}
