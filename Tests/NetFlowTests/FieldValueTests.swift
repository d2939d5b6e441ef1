import NetFlow
import NetworkBytes
import Testing

/// Octets of a field and the expected JSON.
struct ValueCase: Sendable, CustomTestStringConvertible {
  var type: AbstractType
  var octets: String
  var json: String

  init(_ type: AbstractType, _ octets: String, _ json: String) {
    (self.type, self.octets, self.json) = (type, octets, json)
  }

  var testDescription: String { "\(type) \(octets) → \(json)" }
}

@Suite("A field's value")
struct FieldValueTests {
  private func check(_ value: ValueCase) {
    let octets = Wire.hex(value.octets)
    #expect(FieldValue(octets.rawSpan, type: value.type).json == value.json)
  }

  @Test(
    "is an integer of 1 to 8 octets, whatever the width of its type",
    arguments: [
      ValueCase(.unsigned8, "06", "6"), ValueCase(.unsigned64, "05", "5"), ValueCase(.unsigned64, "010000", "65536"),
      ValueCase(.unsigned8, "0102030405060708", "\"72623859790382856\""),
      ValueCase(.unsigned16, "ffffffff", "4294967295"),
      ValueCase(.unsigned32, "00000000000001", "1"),
      ValueCase(.unsigned64, "ffffffffffffffff", "\"18446744073709551615\""),
      ValueCase(.unsigned64, "001fffffffffffff", "9007199254740991"),
      ValueCase(.unsigned64, "0020000000000000", "\"9007199254740992\""),
      ValueCase(.unsigned64, "000102030405060708", "\"000102030405060708\""),
      ValueCase(.signed32, "fffffffb", "-5"), ValueCase(.signed32, "fed4", "-300"), ValueCase(.signed8, "7f", "127"),
      ValueCase(.signed64, "80", "-128"), ValueCase(.signed16, "ffffff", "-1"),
      ValueCase(.signed64, "8000000000000000", "\"-9223372036854775808\""),
      ValueCase(.signed64, "ffe0000000000001", "-9007199254740991"),
      ValueCase(.signed64, "ffe0000000000000", "\"-9007199254740992\""),
      ValueCase(.signed8, "ffffffffffffffffff", "\"ffffffffffffffffff\""),
    ])
  func integers(_ value: ValueCase) { check(value) }

  @Test(
    "is an integer of up to 32 octets where its type is unsigned256",
    arguments: [
      ValueCase(.unsigned256, "01", "1"), ValueCase(.unsigned256, "001fffffffffffff", "9007199254740991"),
      ValueCase(.unsigned256, "000000000000000000001fffffffffffff", "9007199254740991"),
      ValueCase(.unsigned256, "010000000000000000", "\"18446744073709551616\""),
      ValueCase(.unsigned256, "00ffffffffffffffff", "\"18446744073709551615\""),
      ValueCase(.unsigned256, "0de0b6b3a7640000000000000000", "\"281474976710656000000000000000000\""),
      ValueCase(
        .unsigned256, String(repeating: "ff", count: 32),
        "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\""),
      ValueCase(.unsigned256, String(repeating: "00", count: 32), "0"),
      ValueCase(.unsigned256, String(repeating: "00", count: 33), "\"\(String(repeating: "00", count: 33))\""),
    ])
  func wideIntegers(_ value: ValueCase) { check(value) }

  @Test(
    "is a floating point number of 4 or 8 octets, in the fewest digits that read back",
    arguments: [
      ValueCase(.float32, "3fc00000", "1.5"), ValueCase(.float64, "3dcccccd", "0.1"),
      ValueCase(.float64, "3fb999999999999a", "0.1"), ValueCase(.float32, "3ff8000000000000", "1.5"),
      ValueCase(.float64, "0000000000000001", "5e-324"), ValueCase(.float32, "00000001", "1.401298464324817e-45"),
      ValueCase(.float64, "7fefffffffffffff", "1.7976931348623157e+308"),
      ValueCase(.float64, "8000000000000000", "-0.0"), ValueCase(.float32, "7f800000", "\"Infinity\""),
      ValueCase(.float64, "fff0000000000000", "\"-Infinity\""), ValueCase(.float32, "ffc00000", "\"NaN\""),
      ValueCase(.float64, "7ff0000000000001", "\"NaN\""), ValueCase(.float64, "3c00", "\"3c00\""),
    ])
  func floats(_ value: ValueCase) { check(value) }

  @Test(
    "is true, false, or neither",
    arguments: [
      ValueCase(.boolean, "01", "true"), ValueCase(.boolean, "02", "false"), ValueCase(.boolean, "00", "\"00\""),
      ValueCase(.boolean, "03", "\"03\""), ValueCase(.boolean, "0001", "\"0001\""),
    ])
  func booleans(_ value: ValueCase) { check(value) }

  @Test(
    "is an address of exactly its length",
    arguments: [
      ValueCase(.macAddress, "deadBEEF0001", "\"de:ad:be:ef:00:01\""),
      ValueCase(.macAddress, "0001020304", "\"0001020304\""),
      ValueCase(.macAddress, "0001020304050607", "\"0001020304050607\""),
      ValueCase(.ipv4Address, "ffffffff", "\"255.255.255.255\""), ValueCase(.ipv4Address, "0a01", "\"0a01\""),
      ValueCase(.ipv4Address, "0a01020300", "\"0a01020300\""),
      ValueCase(.ipv6Address, "20010db8000000000001000000000000", "\"2001:db8:0:0:1::\""),
      ValueCase(.ipv6Address, "00000000000000000000ffffc0000201", "\"::ffff:192.0.2.1\""),
      ValueCase(.ipv6Address, "00000000000000000000000000000000", "\"::\""),
      ValueCase(.ipv6Address, "c0000201", "\"c0000201\""),
    ])
  func addresses(_ value: ValueCase) { check(value) }

  @Test(
    "is text without the NULs at its end, if it is UTF-8",
    arguments: [
      ValueCase(.string, "65746830", "\"eth0\""), ValueCase(.string, "6574683000000000", "\"eth0\""),
      ValueCase(.string, "0000", "\"\""), ValueCase(.string, "006100", "\"\\u0000a\""),
      ValueCase(.string, "c3a4e282acf09f9880", "\"ä€😀\""), ValueCase(.string, "ff", "\"ff\""),
      ValueCase(.string, "61ff00", "\"61ff00\""), ValueCase(.string, "c0af", "\"c0af\""),
      ValueCase(.string, "eda080", "\"eda080\""), ValueCase(.string, "f4908080", "\"f4908080\""),
      ValueCase(.string, "61e282", "\"61e282\""),
    ])
  func strings(_ value: ValueCase) { check(value) }

  @Test(
    "has its quotes, backslashes, control characters and line separators escaped",
    arguments: [
      ValueCase(.string, "2261225c2f", #""\"a\"\\/""#), ValueCase(.string, "0a0d09080c", #""\n\r\t\u0008\u000c""#),
      ValueCase(.string, "011f7f", "\"\\u0001\\u001f\\u007f\""),
      ValueCase(.string, "61e280a862e280a9", #""a\u2028b\u2029""#),
      ValueCase(.string, "e280a7", "\"\u{2027}\""), ValueCase(.string, "0065cc8100", "\"\\u0000e\u{301}\""),
    ])
  func escapes(_ value: ValueCase) { check(value) }

  @Test(
    "is a time of exactly its length, up to the year 9999",
    arguments: [
      ValueCase(.dateTimeSeconds, "00000000", "\"1970-01-01T00:00:00Z\""),
      ValueCase(.dateTimeSeconds, "66322fc0", "\"2024-05-01T12:04:16Z\""),
      ValueCase(.dateTimeSeconds, "ffffffff", "\"2106-02-07T06:28:15Z\""),
      ValueCase(.dateTimeSeconds, "0000000066322fc0", "\"0000000066322fc0\""),
      ValueCase(.dateTimeMilliseconds, "000001977420dc7b", "\"2025-06-15T15:06:40.123Z\""),
      ValueCase(.dateTimeMilliseconds, "000000dd9fcd3bff", "\"2000-02-29T23:59:59.999Z\""),
      ValueCase(.dateTimeMilliseconds, "0000e677d21fdbff", "\"9999-12-31T23:59:59.999Z\""),
      ValueCase(.dateTimeMilliseconds, "0000e677d21fdc00", "\"0000e677d21fdc00\""),
      ValueCase(.dateTimeMilliseconds, "ffffffffffffffff", "\"ffffffffffffffff\""),
      ValueCase(.dateTimeMilliseconds, "684ee180", "\"684ee180\""),
    ])
  func times(_ value: ValueCase) { check(value) }

  @Test(
    "is an NTP time rounded to the nearest unit; microseconds leave out the low 11 bits of the fraction",
    arguments: [
      ValueCase(.dateTimeMicroseconds, "0000000000000000", "\"1900-01-01T00:00:00.000000Z\""),
      ValueCase(.dateTimeMicroseconds, "83aa7e8080000000", "\"1970-01-01T00:00:00.500000Z\""),
      ValueCase(.dateTimeMicroseconds, "83aa7e80000007ff", "\"1970-01-01T00:00:00.000000Z\""),
      ValueCase(.dateTimeMicroseconds, "83aa7e8000000fff", "\"1970-01-01T00:00:00.000000Z\""),
      ValueCase(.dateTimeMicroseconds, "83aa7e8000001000", "\"1970-01-01T00:00:00.000001Z\""),
      ValueCase(.dateTimeMicroseconds, "83aa7e80ffffffff", "\"1970-01-01T00:00:01.000000Z\""),
      ValueCase(.dateTimeMicroseconds, "ffffffffffffffff", "\"2036-02-07T06:28:16.000000Z\""),
      ValueCase(.dateTimeNanoseconds, "83aa7e8080000004", "\"1970-01-01T00:00:00.500000001Z\""),
      ValueCase(.dateTimeNanoseconds, "83aa7e8000000001", "\"1970-01-01T00:00:00.000000000Z\""),
      ValueCase(.dateTimeNanoseconds, "83aa7e8000000003", "\"1970-01-01T00:00:00.000000001Z\""),
      ValueCase(.dateTimeNanoseconds, "83aa7e80ffffffff", "\"1970-01-01T00:00:01.000000000Z\""),
      ValueCase(.dateTimeNanoseconds, "83aa7e80", "\"83aa7e80\""),
      ValueCase(.dateTimeMicroseconds, "000102030405060708090a0b0c0d0e0f", "\"000102030405060708090a0b0c0d0e0f\""),
    ])
  func ntp(_ value: ValueCase) { check(value) }

  @Test("is octets in lower-case hexadecimal, nothing removed")
  func octets() {
    check(ValueCase(.octetArray, "00AB00", "\"00ab00\""))
  }

  @Test("that is empty is an empty text, whatever its type", arguments: AbstractType.allCases)
  func empty(_ type: AbstractType) {
    check(ValueCase(type, "", "\"\""))
  }

  @Test(
    "in milliseconds is told from 1970 in both directions",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func milliseconds(_ time: Int64, _ text: String) {
    #expect(Timestamp(milliseconds: time).description == text)
  }
}
