import Files
import Foundation
import NIOSSL

/// The files that TLS needs, by their paths; empty: there is none.
public struct TLSFiles: Hashable, Sendable {
  /// The collector's certificate and those up to its authority's, PEM.
  public var certificate = ""
  /// The certificate's key, PEM.
  public var key = ""
  /// Authorities that clients' certificates must be of; empty: clients need none.
  public var clientCA = ""
  /// Names of which a client's certificate must have one; empty: any of an authority's will do.
  public var clientNames: [String] = []

  public init() {}
}

/// Why TLS cannot be used: one line with the setting, the file, and what to do.
public struct TLSFileError: Error, Equatable, Sendable, CustomStringConvertible {
  public var setting: String
  public var problem: String

  public var description: String { "\(setting): \(problem)" }
}

/// What the collector shows to clients, and what it asks of them.
public struct TLSIdentity: Sendable {
  let context: NIOSSLContext
  /// Nil: clients need no certificate.
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
      // An exporter is known by the names in its certificate, not by its address.
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
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as CocoaError {
      let code = (error.underlying as? POSIXError)?.code.rawValue
      let reason = code.map { errorText($0) } ?? "\(error.localizedDescription)"
      throw TLSFileError(setting: setting, problem: "cannot read \(path): \(reason)")
    } catch {
      throw TLSFileError(setting: setting, problem: "cannot read \(path): \(error)")
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
