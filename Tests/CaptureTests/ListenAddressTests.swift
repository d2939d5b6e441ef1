import Capture
import NetworkBytes
import Testing

@Suite("Listen addresses")
struct ListenAddressTests {
  @Test(
    "What an operator writes",
    arguments: [
      ("0.0.0.0:9995", ["0.0.0.0:9995"]), ("192.0.2.1:2055", ["192.0.2.1:2055"]), ("[::]:9995", ["[::]:9995"]),
      ("[2001:DB8::1]:0", ["[2001:db8::1]:0"]), ("*:9995", ["0.0.0.0:9995", "[::]:9995"]),
      (":65535", ["0.0.0.0:65535", "[::]:65535"]), ("9995", ["0.0.0.0:9995", "[::]:9995"]),
    ])
  func good(_ text: String, _ endpoints: [String]) throws {
    let address = try ListenAddress(text)
    #expect(address.endpoints.map(\.description) == endpoints)
    #expect(address.isBothFamilies == (endpoints.count == 2))
  }

  @Test(
    "What is wrong is said",
    arguments: [
      ("", .notAnAddress), ("192.0.2.1", .noPort), ("192.0.2.1:", .noPort), ("*", .notAnAddress), (":", .noPort),
      ("[::]", .noPort), ("[::]9995", .noPort), ("[::]:", .noPort), ("192.0.2.1:65536", .badPort),
      ("192.0.2.1:-1", .badPort), ("192.0.2.1:+5", .badPort), ("192.0.2.1:nf", .badPort), ("70000", .badPort),
      ("::1:9995", .noBracket), ("::", .noBracket), ("[::1:9995", .noBracket), ("localhost:9995", .notAnAddress),
      ("192.0.2.256:1", .notAnAddress), ("[192.0.2.1]:1", .notAnAddress), ("[::g]:1", .notAnAddress),
      ("[fe80::1%eth0]:9995", .zone), (" 0.0.0.0:1", .notAnAddress), ("collector", .notAnAddress),
    ] as [(String, ListenAddressError.Problem)])
  func bad(_ text: String, _ problem: ListenAddressError.Problem) {
    #expect(throws: ListenAddressError(text: text, problem: problem)) { try ListenAddress(text) }
  }

  @Test("The message names the text and what to write")
  func message() {
    #expect(
      ListenAddressError(text: "::1:9995", problem: .noBracket).description
        == "cannot listen on \"::1:9995\": put an IPv6 address in brackets, such as [::]:9995 or [2001:db8::1]:9995")
  }
}
