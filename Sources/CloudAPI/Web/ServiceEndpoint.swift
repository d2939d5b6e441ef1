import Foundation
import NetworkBytes

/// The endpoint of a service: scheme, host and port.
public struct ServiceEndpoint: Hashable, Sendable, CustomStringConvertible {
  public enum Scheme: String, Sendable { case http, https }

  public let scheme: Scheme
  /// Value of the `Host` header, with the port if one was given.
  public let host: String

  /// The public endpoint of a service in a region: `smartag.cn-shanghai.aliyuncs.com`.
  public init(service: String, region: String) {
    self.init(publicHost: "\(service).\(region).aliyuncs.com")
  }

  init(publicHost: String) {
    scheme = .https
    host = publicHost
  }

  /// Parses `HOST[:PORT]` (HTTPS) or `https://HOST[:PORT]`. Plain HTTP is allowed to this host only, unless
  /// `allowsPlainHTTP` is set.
  ///
  /// - Throws: `ParameterError` if the text is neither.
  public init(_ text: String, allowsPlainHTTP: Bool = false) throws(ParameterError) {
    let failure = ParameterError(
      .endpoint, value: text,
      expected: allowsPlainHTTP
        ? "HOST, HOST:PORT, https://HOST[:PORT] or http://HOST[:PORT], without a path"
        : "HOST, HOST:PORT or https://HOST[:PORT]; http:// only to a loopback address")
    var rest = text[...]
    var scheme = Scheme.https
    if let separator = text.range(of: "://") {
      guard let named = Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else { throw failure }
      scheme = named
      rest = text[separator.upperBound...]
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    let host = rest.lowercased()
    guard let name = Self.name(of: host), scheme == .https || allowsPlainHTTP || Self.isLoopback(name) else {
      throw failure
    }
    self.scheme = scheme
    self.host = host
  }

  public var url: String { "\(scheme.rawValue)://\(host)" }
  public var description: String { scheme == .https ? host : url }

  /// Whether the host is an address, which has no subdomains.
  package var isAddress: Bool {
    let name = Self.name(of: host) ?? host
    return name == "localhost" || name.hasPrefix("[") || IPAddress(name) != nil
  }

  /// Returns the host without its port; nil if it is invalid.
  private static func name(of host: String) -> String? {
    var name = host[...]
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]"), IPAddress(String(host[..<end].dropFirst())) != nil else { return nil }
      name = host[...end]
    } else if let colon = host.firstIndex(of: ":") {
      name = host[..<colon]
    }
    let port = host[name.endIndex...]
    guard port.isEmpty || (port.hasPrefix(":") && UInt16(port.dropFirst()).map { $0 > 0 } ?? false) else { return nil }
    let isName = !name.isEmpty && name.utf8.allSatisfy { isHostOctet($0) } && !name.hasPrefix("-")
    return name.hasPrefix("[") || isName ? String(name) : nil
  }

  private static func isHostOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isLoopback(_ name: String) -> Bool {
    if name == "localhost" { return true }
    let bare = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
    return IPAddress(bare)?.isLoopback ?? false
  }
}
