import Files
import NIOSSL

/// Paths of the files for TLS; empty for none.
public struct TLSFiles: Hashable, Sendable {
  /// The collector's certificate chain, PEM.
  public var certificate = ""
  /// The certificate's key, PEM.
  public var key = ""
  /// Authorities for clients' certificates; empty if clients need none.
  public var clientCA = ""
  /// Allowed names in clients' certificates; empty allows any certificate of the authorities.
  public var clientNames: [String] = []

  public init() {}
}

/// Why TLS cannot be used: one line with the setting, the file, and what to do.
public struct TLSFileError: Error, Equatable, Sendable, CustomStringConvertible {
  public var setting: String
  public var problem: String

  public var description: String { "\(setting): \(problem)" }
}

/// The collector's certificate, and the requirements for clients.
public struct TLSIdentity: Sendable {
  let context: NIOSSLContext
  /// Nil if clients need no certificate.
  let clientNames: ClientNames?

  /// Reads the files.
  public init(_ files: TLSFiles) throws(TLSFileError) {
    let chain = try Self.certificates(files.certificate, "tls.certificate")
    let key = try Self.key(files.key)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    if !files.clientCA.isEmpty {
      configuration.trustRoots = .certificates(try Self.certificates(files.clientCA, "tls.clientCa"))
      // An exporter is identified by the names in its certificate, not by its address.
      configuration.certificateVerification = .noHostnameVerification
    }
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSFileError(
        setting: "tls.key",
        problem:
          "\(files.key) is not the key of the certificate in \(files.certificate); give the matching key")
    }
    clientNames = files.clientCA.isEmpty ? nil : ClientNames(files.clientNames)
  }

  private static func content(_ path: String, _ setting: String) throws(TLSFileError) -> [UInt8] {
    if path.isEmpty {
      throw TLSFileError(setting: setting, problem: "required by a tls:// address of listen; give a PEM file")
    }
    do throws(WholeFileFault) {
      return try WholeFile.content(of: path, atMost: 16 << 20)
    } catch {
      let problem = error.text(path, expected: "a PEM file", ifTooLarge: "give a PEM file")
      throw TLSFileError(setting: setting, problem: problem)
    }
  }

  private static func certificates(_ path: String, _ setting: String) throws(TLSFileError) -> [NIOSSLCertificate] {
    let octets = try content(path, setting)
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(octets), !certificates.isEmpty else {
      throw TLSFileError(
        setting: setting, problem: "\(path) has no certificate; expected PEM (-----BEGIN CERTIFICATE-----)")
    }
    return certificates
  }

  private static func key(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKey {
    let octets = try content(path, "tls.key")
    do {
      return try NIOSSLPrivateKey(bytes: octets, format: .pem)
    } catch {
      throw TLSFileError(
        setting: "tls.key", problem: "\(path) has no readable key; expected PEM without a passphrase")
    }
  }
}
