public import CloudAPI
import NetworkBytes

/// The collector's address as entered by users: `ADDRESS` or `ADDRESS:PORT`.
public struct CollectorTarget: Hashable, Sendable {
  /// IPv4, unicast.
  public let address: String
  public let port: Int?

  /// - Throws: `ParameterError` if the text is not an IPv4 address that a collector can have, or the port is invalid.
  public init(_ text: String) throws(ParameterError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard Self.isAddress(parts[0]) else {
      throw ParameterError(
        .field(.netflowServerIP), value: text,
        expected: "ADDRESS or ADDRESS:PORT, a unicast IPv4 address that the gateways reach, not 0.0.0.0 or loopback")
    }
    address = parts[0]
    guard parts.count > 1 else {
      port = nil
      return
    }
    let isDecimal = parts[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDecimal, let number = Int(parts[1]), (1...65_535).contains(number) else {
      throw ParameterError(
        .field(.netflowServerPort), value: text, expected: "ADDRESS:PORT with a port from 1 to 65535")
    }
    port = number
  }

  /// Returns whether a text is an address in the form accepted by the service: canonical dotted decimal.
  static func isAddress(_ text: String) -> Bool {
    guard let address = IPAddress(text), address.isUnicastV4 else { return false }
    return address.description == text
  }
}
