public import AsyncHTTPClient
import NIOCore

/// The HTTP client shared by all outputs, which needs no shutdown. It verifies certificates and follows no redirects;
/// retries are up to its callers.
public enum ShippingClient {
  /// Maximum number of connections per server. The settings of each output bound their use; a request that finds none
  /// free would fail after the connect timeout, and a slow server would appear unreachable. Outputs to the same server
  /// share these connections.
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
