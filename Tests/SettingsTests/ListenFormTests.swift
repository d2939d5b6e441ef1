import NetworkBytes
import Settings
import Testing

@Suite("Addresses to listen on")
struct ListenFormTests {
  @Test(
    "an address, a port, and of link-local addresses the interface",
    arguments: [
      "0.0.0.0:9995", "192.0.2.1:1", "[::]:9995", "[2001:db8::1]:65535", "[fe80::1%eth0]:9995",
      "[fe80::1%eth0.100]:9995",
      "[fe80::1%3]:9995", "[fe80::1]:9995", "[febf::%br-lan]:2055",
    ])
  func good(text: String) {
    #expect(ScopedEndpoint(parsing: text)?.description == text)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "9995", "[::]", "[fe80::1%]:9995", "[fe80::1%eth0]", "[fe80::1%eth0]:0", "fe80::1%eth0:9995",
      "192.0.2.1%eth0:9995", "[192.0.2.1%eth0]:9995", "[2001:db8::1%eth0]:9995", "[::%eth0]:9995", "[fe80::1%a b]:9995",
      "[fe80::1%a%b]:9995", "[fe80::1%eth0]]:9995", "[fe80::1]%eth0:9995", "[fe80::1%a/b]:1", "[ff02::1%eth0]:9995",
    ])
  func bad(text: String) {
    #expect(ScopedEndpoint(parsing: text) == nil)
  }
}
