import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
public import NetworkBytes

/// Asks a running collector over its HTTP address.
public struct CollectorClient: Sendable {
  private let endpoint: Endpoint

  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
  }

  /// The largest status that is read, octets.
  private static let maximumSize = 64 << 20

  /// One for the process, which needs no shutdown.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(2)))
      configuration.connectionPool.retryConnectionEstablishment = false
      return configuration
    }())

  /// What the collector tells of itself.
  public func status() async throws(CollectorClientError) -> CollectorStatus {
    let url = "http://\(endpoint)"
    let (code, body): (UInt, ByteBuffer)
    do {
      let answer = try await Self.client.execute(
        HTTPClientRequest(url: "\(url)/api/v1/status"), deadline: .now() + .seconds(5))
      (code, body) = (answer.status.code, try await answer.body.collect(upTo: Self.maximumSize))
    } catch {
      throw .unreachable(url)
    }
    guard code == 200, let status = try? CollectorStatus(decoding: Data(body.readableBytesView)) else {
      throw .foreign(url, code)
    }
    return status
  }
}

/// Why a collector told nothing.
public enum CollectorClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing answers at this address.
  case unreachable(String)
  /// Something else answers there.
  case foreign(String, UInt)

  public var description: String {
    switch self {
    case .unreachable(let url):
      "\(url): no collector answers; is it running with http.enabled, and is http.listen this address?"
    case .foreign(let url, let code):
      "\(url): what answers there (HTTP \(code)) is not this collector; check http.listen"
    }
  }
}
