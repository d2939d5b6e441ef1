import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why a request got no response.
public struct WebFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    case unknownName
    case refused(String)
    case timedOut(String)
    /// The peer's certificate is invalid, or the host lacks certificate authorities.
    case certificate(String)
    case broken(String)
    case tooLarge
  }

  public let reason: Reason
  /// Scheme and host.
  public let place: String

  init(_ reason: Reason, at place: String) {
    self.reason = reason
    self.place = place
  }

  /// Whether the same request may succeed a little later.
  public var isTransient: Bool {
    switch reason {
    case .unknownName, .refused, .timedOut, .broken: true
    case .certificate, .tooLarge: false
    }
  }

  /// Whether the request may have been processed anyway.
  var isAmbiguous: Bool {
    switch reason {
    case .unknownName, .refused, .certificate: false
    case .timedOut, .broken, .tooLarge: true
    }
  }

  public var description: String {
    switch reason {
    case .unknownName: "\(place): the name is unknown; check endpoint, region and this host's DNS"
    case .refused(let why): "\(place): cannot connect: \(why); check endpoint, route and firewall"
    case .timedOut(let why): "\(place): \(why); check route, firewall and proxy"
    case .certificate(let why):
      "\(place): its certificate is not accepted: \(why); check the endpoint, the clock and the package ca-certificates"
    case .broken(let why): "\(place): the connection broke: \(why); try again"
    case .tooLarge: "\(place): the answer is too large; check the endpoint"
    }
  }
}

extension WebFailure {
  /// Translates an error of the HTTP library.
  ///
  /// - Parameter connecting: connect timeout, seconds.
  package init(_ error: any Error, at place: String, connecting seconds: Int = 5) {
    let reason = Self.reason(of: error)
    self.init(
      reason == .timedOut(Self.unconnected) ? .timedOut("no connection within \(seconds) s") : reason, at: place)
  }

  private static let unconnected = "no connection in time"

  private static let cutOff = "closed before the answer was complete"

  private static func reason(of error: any Error) -> Reason {
    switch error {
    case let error as NIOConnectionError: return reason(of: error)
    case let error as HTTPClientError: return reason(of: error)
    case HTTPParserError.invalidEOFState: return .broken(cutOff)
    case let error as BoringSSLError: return .certificate("\(error)")
    case let error as NIOSSLError:
      if case .handshakeFailed(let inner) = error { return .certificate(text(of: inner)) }
      return error == .uncleanShutdown ? .broken("truncated") : .certificate("\(error)")
    case let error as NIOSSLExtraError: return .certificate("\(error.description)")
    case is NIOTooManyBytesError: return .tooLarge
    case let error as IOError:
      // Errors of `connect` to an address.
      let isRefusal = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
      return isRefusal ? .refused(error.systemText) : .broken(error.systemText)
    case is CancellationError: return .broken("given up")
    default: return .broken("\(error)")
    }
  }

  private static func reason(of error: NIOConnectionError) -> Reason {
    if let first = error.connectionErrors.first {
      if let timeout = first.error as? ChannelError, case .connectTimeout = timeout {
        return .timedOut(unconnected)
      }
      return .refused((first.error as? IOError)?.systemText ?? "\(first.error)")
    }
    return .unknownName
  }

  private static func reason(of error: HTTPClientError) -> Reason {
    switch error {
    case .connectTimeout: .timedOut(unconnected)
    case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut("no answer in time")
    case .tlsHandshakeTimeout: .timedOut("no TLS handshake in time")
    case .remoteConnectionClosed: .broken(cutOff)
    default: .broken("\(error)")
    }
  }

  private static func text(of error: BoringSSLError) -> String {
    let text = "\(error)"
    return text.contains("CERTIFICATE_VERIFY_FAILED") ? "not signed by a trusted authority" : text
  }

  private static func text(of error: any Error) -> String { "\(error)" }
}

extension IOError {
  /// The system's text: "Connection refused".
  fileprivate var systemText: String {
    let cause = POSIXErrorCode(rawValue: errnoCode).map { POSIXError($0) as NSError }
    return cause?.localizedFailureReason ?? "\(self)"
  }
}
