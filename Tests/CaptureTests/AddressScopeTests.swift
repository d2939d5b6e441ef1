import NetworkBytes
import Testing

@Suite("The scope of addresses")
struct AddressScopeTests {
  @Test(
    "the edges of each block",
    arguments: [
      // (address, loopback, multicast, unicast IPv4, private IPv4, link-local)
      ("0.255.255.255", false, false, false, false, false), ("1.0.0.0", false, false, true, false, false),
      ("9.255.255.255", false, false, true, false, false), ("10.0.0.0", false, false, true, true, false),
      ("10.255.255.255", false, false, true, true, false), ("100.63.255.255", false, false, true, false, false),
      ("100.64.0.0", false, false, true, true, false), ("100.127.255.255", false, false, true, true, false),
      ("100.128.0.0", false, false, true, false, false), ("126.255.255.255", false, false, true, false, false),
      ("127.0.0.0", true, false, false, false, false), ("127.255.255.255", true, false, false, false, false),
      ("128.0.0.0", false, false, true, false, false), ("169.253.255.255", false, false, true, false, false),
      ("169.254.0.0", false, false, true, true, true), ("169.255.0.0", false, false, true, false, false),
      ("172.15.255.255", false, false, true, false, false), ("172.16.0.0", false, false, true, true, false),
      ("172.31.255.255", false, false, true, true, false), ("172.32.0.0", false, false, true, false, false),
      ("192.168.0.0", false, false, true, true, false), ("192.169.0.0", false, false, true, false, false),
      ("223.255.255.255", false, false, true, false, false), ("224.0.0.0", false, true, false, false, false),
      ("239.255.255.255", false, true, false, false, false), ("240.0.0.0", false, false, false, false, false),
      ("255.255.255.255", false, false, false, false, false), ("::", false, false, false, false, false),
      ("::1", true, false, false, false, false), ("::2", false, false, false, false, false),
      ("fe7f::1", false, false, false, false, false), ("fe80::1", false, false, false, false, true),
      ("febf::1", false, false, false, false, true), ("fec0::1", false, false, false, false, false),
      ("fd00::1", false, false, false, false, false), ("ff00::", false, true, false, false, false),
    ])
  func edges(
    text: String, isLoopback: Bool, isMulticast: Bool, isUnicastV4: Bool, isPrivateV4: Bool, isLinkLocal: Bool
  ) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isLoopback == isLoopback)
    #expect(address.isMulticast == isMulticast)
    #expect(address.isUnicastV4 == isUnicastV4)
    #expect(address.isPrivateV4 == isPrivateV4)
    #expect(address.isLinkLocal == isLinkLocal)
  }
}
