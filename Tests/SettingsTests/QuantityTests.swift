import NetworkBytes
import Settings
import Testing

@Suite("Durations, sizes and counts as text")
struct QuantityTests {
  @Test(
    "durations are seconds or carry a unit",
    arguments: [
      ("0", 0), ("300", 300), ("300s", 300), ("5m", 300), ("1h", 3600), ("30d", 2_592_000), ("2w", 1_209_600),
      ("5M", 300), ("", nil), ("s", nil), ("5 m", nil), ("-5", nil), ("+5", nil), ("1.5h", nil), ("1h30m", nil),
      ("5ms", nil), ("0x10", nil), ("٣", nil), ("9223372036854775807w", nil), ("9223372036854775808", nil),
    ] as [(String, Int?)])
  func seconds(text: String, value: Int?) {
    #expect(Quantity.seconds(text) == value)
  }

  @Test(
    "octets carry decimal or binary suffixes",
    arguments: [
      ("0", 0), ("1500", 1500), ("64k", 64_000), ("64Ki", 65_536), ("256M", 256_000_000), ("64Mi", 67_108_864),
      ("64MiB", 67_108_864), ("1gb", 1_000_000_000), ("2Gi", 2_147_483_648), ("1T", 1_000_000_000_000),
      ("1Ti", 1_099_511_627_776), ("12B", 12), ("", nil), ("B", nil), ("k", nil), ("1 k", nil), ("1.5G", nil),
      ("1kk", nil), ("1KBB", nil), ("-1", nil), ("1p", nil), ("9223372036854775807k", nil),
    ] as [(String, Int?)])
  func octets(text: String, value: Int?) {
    #expect(Quantity.octets(text) == value)
  }

  @Test(
    "octets are written short and read back exactly",
    arguments: [
      (0, "0"), (1, "1"), (1000, "1K"), (1024, "1Ki"), (4096, "4Ki"), (64 << 20, "64Mi"), (256_000_000, "256M"),
      (1_024_000, "1024K"), (1_049_600, "1025Ki"), (Int.max, "9223372036854775807"),
    ])
  func octetText(value: Int, text: String) {
    #expect(Quantity.text(octets: value) == text)
    #expect(Quantity.octets(text) == value)
  }

  @Test(
    "endpoints are an address and a port",
    arguments: [
      "0.0.0.0:9995", "192.0.2.1:1", "[::]:65535", "[2001:db8::1]:2055",
    ])
  func endpoints(text: String) {
    #expect(Endpoint(text)?.description == text)
  }

  @Test(
    "other texts are no endpoints",
    arguments: [
      "", ":", ":9995", "9995", "0.0.0.0", "0.0.0.0:0", "0.0.0.0:65536", "0.0.0.0:+5", "0.0.0.0:", "::1:9995",
      "[0.0.0.0]:9995", "[::1]", "[::1]9995", "localhost:9995", "[::1:9995", "0.0.0.0:9995 ",
    ])
  func noEndpoints(text: String) {
    #expect(Endpoint(text) == nil)
  }
}
