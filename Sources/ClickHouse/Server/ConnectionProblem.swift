import AsyncHTTPClient
import Files
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Shipping

/// A connection that ended before the response.
package struct BrokenConnection: Error {
  package var failure: ShippingFailure
}

/// Why a server did not respond.
package enum ConnectionProblem {
  /// Returns the error, as `BrokenConnection` if the connection broke while in use.
  package static func error(_ error: any Error, at place: String) -> any Error {
    switch error {
    case is ShippingFailure, is FileError, is NIOConnectionError: return failure(error, at: place)
    case let error as IOError where error.isOfConnect: return failure(error, at: place)
    case let error as HTTPClientError where !cuts.contains(error): return failure(error, at: place)
    default:
      let failure = failure(error, at: place)
      return failure.remedy == .retry ? BrokenConnection(failure: failure) : failure
    }
  }

  /// The other side closed the connection before the response or during the request.
  private static let cuts: [HTTPClientError] = [.remoteConnectionClosed, .bodyLengthMismatch, .writeAfterRequestSent]

  /// Translates an error of the HTTP library, or of reading the file.
  ///
  /// - Parameter place: the server.
  private static func failure(_ error: any Error, at place: String) -> ShippingFailure {
    switch error {
    case let error as ShippingFailure: return error
    case let error as FileError:
      // Removed by retention or by someone; other disk errors may pass.
      return ShippingFailure(error.isMissing ? .setAside : .wait, error.description)
    case let error as NIOConnectionError:
      let reason = error.connectionErrors.first.map { text($0.error) } ?? "unknown host name"
      return unreachable(reason, at: place)
    // For an address; a name gives the error above.
    case let error as IOError where error.isOfConnect: return unreachable(text(error), at: place)
    case let error as HTTPClientError: return failure(error, at: place)
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      // Unclean shutdown is one of these errors, too.
      if let error = error as? NIOSSLError, error == .uncleanShutdown { break }
      return ShippingFailure(
        .wait, "\(place): its certificate is not accepted: \(text(error)); check the URL, the clock and ca-certificates"
      )
    default: break
    }
    return ShippingFailure(.retry, "\(place): the connection broke: \(text(error))")
  }

  private static func unreachable(_ reason: String, at place: String) -> ShippingFailure {
    ShippingFailure(.retry, "\(place): cannot connect: \(reason); check the URL, and that the server runs")
  }

  private static func failure(_ error: HTTPClientError, at place: String) -> ShippingFailure {
    switch error {
    case .connectTimeout, .tlsHandshakeTimeout:
      ShippingFailure(.retry, "\(place): no connection in time; check route and firewall")
    case .deadlineExceeded, .readTimeout, .writeTimeout:
      ShippingFailure(.retry, "\(place): no answer in time; check the server's load, or raise the timeout")
    case .invalidURL, .emptyScheme, .emptyHost:
      ShippingFailure(.wait, "\(place): not a URL; http://HOST:8123 or https://HOST:8443 is expected")
    default: ShippingFailure(.retry, "\(place): the connection broke: \(text(error))")
    }
  }

  private static func text(_ error: any Error) -> String {
    switch error {
    case let error as IOError: errorText(error.errnoCode)
    case let error as HTTPClientError where cuts.contains(error): "closed before the answer"
    case HTTPParserError.invalidEOFState: "closed within the answer"
    case let error as ChannelError: "\(error)"
    default: ServerRefusal.firstLine("\(error)")
    }
  }
}

extension IOError {
  fileprivate var isOfConnect: Bool { [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(errnoCode) }
}
