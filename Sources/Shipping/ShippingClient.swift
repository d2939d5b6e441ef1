public import AsyncHTTPClient
import NIOCore

/// The HTTP client of outputs, of which the process has one that needs no shutdown: certificates are checked, redirects are not followed, and what
/// is tried again is decided by who asks.
public enum ShippingClient {
  /// Connections to one server at a time. What they are for is bounded by each output's settings; a request that finds none free waits for
  /// no longer than a connection may take to be made, and fails, so that a slow server would be one that cannot be reached. And outputs to
  /// the same server share these connections.
  private static let connections = 1024

  public static let shared = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
      configuration.httpVersion = .http1Only
      configuration.connectionPool.retryConnectionEstablishment = false
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
      return configuration
    }())
}
