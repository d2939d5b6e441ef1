import NIOSSL

/// Names of clients that may connect, as their certificates have them.
struct ClientNames: Sendable {
  private let names: Set<String>

  /// - Parameter names: of DNS, or common names; case does not matter.
  init(_ names: [String]) { self.names = Set(names.map { $0.lowercased() }) }

  /// Whether one of a certificate's names is among them; none named: any certificate will do.
  func admits(_ certificate: [String]) -> Bool {
    names.isEmpty || certificate.contains { names.contains($0.lowercased()) }
  }

  /// The DNS names of a certificate, or, of one without any, its common names (RFC 6125 §6.4.4).
  static func names(_ certificate: NIOSSLCertificate) -> [String] {
    let alternatives = certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }
    if !alternatives.isEmpty { return alternatives.map { String(decoding: $0.contents, as: UTF8.self) } }
    return certificate.subjectName.filter { $0.type == .commonName }.map(\.value)
  }
}
