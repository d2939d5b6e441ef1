import NIOSSL

/// Allowed client names in certificates.
struct ClientNames: Sendable {
  private let names: Set<String>

  /// - Parameter names: DNS names or common names, case-insensitive.
  init(_ names: [String]) { self.names = Set(names.map { $0.lowercased() }) }

  /// Returns whether one of a certificate's names is allowed; an empty list allows any certificate.
  func admits(_ certificate: [String]) -> Bool {
    names.isEmpty || certificate.contains { names.contains($0.lowercased()) }
  }

  /// Returns the DNS names of a certificate or, if it has none, its common names (RFC 6125 §6.4.4).
  static func names(_ certificate: NIOSSLCertificate) -> [String] {
    let alternatives = certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }
    if !alternatives.isEmpty { return alternatives.map { String(decoding: $0.contents, as: UTF8.self) } }
    return certificate.subjectName.filter { $0.type == .commonName }.map(\.value)
  }
}
