public import AsyncHTTPClient
import NIOCore

/// The HTTP client of outputs, of which the process has one that needs no shutdown: certificates are checked, redirects are not followed, and what
/// is tried again is decided by who asks.
public enum ShippingClient {
  public static let shared = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
      configuration.httpVersion = .http1Only
      configuration.connectionPool.retryConnectionEstablishment = false
      return configuration
    }())
}
