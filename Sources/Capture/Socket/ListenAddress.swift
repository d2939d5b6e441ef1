public import NetworkBytes

/// A listen address as entered by users: `0.0.0.0:9995`, `[::]:9995`, or `*:9995`, `:9995` and `9995` for all addresses
/// of both families.
public struct ListenAddress: Equatable, Sendable {
  /// One endpoint, or 0.0.0.0 and `::` for both families.
  public let endpoints: [Endpoint]
  /// Whether it covers both families. On a host without IPv6, failing to listen on the second endpoint is not an error.
  public var isBothFamilies: Bool { endpoints.count == 2 }

  /// - Throws: `ListenAddressError`, which describes the problem and the valid form.
  public init(_ text: String) throws(ListenAddressError) {
    let (host, port) = try Self.split(text)
    guard let number = UInt16(port), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw ListenAddressError(text: text, problem: port.isEmpty ? .noPort : .badPort)
    }
    if host.isEmpty || host == "*" {
      endpoints = [IPAddress(v4: 0), .unspecified].map { Endpoint(address: $0, port: number) }
    } else if let address = IPAddress(host) {
      endpoints = [Endpoint(address: address, port: number)]
    } else {
      throw ListenAddressError(text: text, problem: host.contains("%") ? .zone : .notAnAddress)
    }
  }

  private static func split(_ text: String) throws(ListenAddressError) -> (host: String, port: String) {
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { throw ListenAddressError(text: text, problem: .noBracket) }
      let rest = text[text.index(after: close)...]
      guard rest.hasPrefix(":") else { throw ListenAddressError(text: text, problem: .noPort) }
      let host = String(text[text.index(after: text.startIndex)..<close])
      guard host.contains(":") else { throw ListenAddressError(text: text, problem: .notAnAddress) }
      return (host, String(rest.dropFirst()))
    }
    guard let colon = text.lastIndex(of: ":") else {
      // Digits alone are a port; an address or a name lacks one.
      if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty { return ("", text) }
      throw ListenAddressError(text: text, problem: IPAddress(text) == nil ? .notAnAddress : .noPort)
    }
    let host = String(text[..<colon])
    guard !host.contains(":") else { throw ListenAddressError(text: text, problem: .noBracket) }
    return (host, String(text[text.index(after: colon)...]))
  }
}

/// Why a listen address is invalid.
public struct ListenAddressError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Equatable, Sendable {
    /// No port after the address.
    case noPort
    /// The port is not a number from 0 to 65535.
    case badPort
    /// An IPv6 address without brackets.
    case noBracket
    /// A host name, or a mistyped address.
    case notAnAddress
    /// An IPv6 address with a zone (`%eth0`).
    case zone
  }

  public var text: String
  public var problem: Problem

  public init(text: String, problem: Problem) {
    self.text = text
    self.problem = problem
  }

  public var description: String {
    let advice =
      switch problem {
      case .noPort: "the port is missing; write ADDRESS:PORT, such as 0.0.0.0:9995 or [::]:9995"
      case .badPort: "the port must be a number from 0 to 65535"
      case .noBracket: "put an IPv6 address in brackets, such as [::]:9995 or [2001:db8::1]:9995"
      case .notAnAddress: "expected an IP address (names are not resolved), such as 0.0.0.0:9995 or [::]:9995"
      case .zone: "an address with a zone is not supported here; remove %…"
      }
    return "cannot listen on \"\(text)\": \(advice)"
  }
}
