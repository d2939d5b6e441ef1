import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOHTTP1
public import NetworkBytes

/// A client for a running collector's HTTP address.
public struct CollectorClient: Sendable {
  private let endpoint: Endpoint
  private let tokenFile: String

  /// - Parameter tokenFile: path of the file with the collector's token; empty for none.
  public init(endpoint: Endpoint, tokenFile: String = "") {
    self.endpoint = endpoint
    self.tokenFile = tokenFile
  }

  /// Maximum size of a status, octets.
  private static let maximumSize = 64 << 20

  /// Shared by the process; needs no shutdown.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(2)))
      configuration.connectionPool.retryConnectionEstablishment = false
      return configuration
    }())

  /// Returns the collector's status.
  public func status() async throws(CollectorClientError) -> CollectorStatus {
    let (code, body) = try await get("/api/v1/status")
    guard code == 200, let status = try? CollectorStatus(decoding: body) else {
      throw .foreign("http://\(endpoint)", code)
    }
    return status
  }

  /// Returns its response to a GET of `path`.
  public func get(_ path: String) async throws(CollectorClientError) -> (code: UInt, body: Data) {
    let url = "http://\(endpoint)"
    var request = HTTPClientRequest(url: url + path)
    if let token = try token() { request.headers.add(name: "Authorization", value: token.authorization) }
    let (code, body): (UInt, ByteBuffer)
    do {
      let answer = try await Self.client.execute(request, deadline: .now() + .seconds(5))
      (code, body) = (answer.status.code, try await answer.body.collect(upTo: Self.maximumSize))
    } catch {
      throw .unreachable(url)
    }
    if code == 401 { throw .unauthorized(url) }
    return (code, Data(body.readableBytesView))
  }

  /// Read for each request: the token changes when the collector restarts, while a watch continues.
  private func token() throws(CollectorClientError) -> AccessToken? {
    if tokenFile.isEmpty { return nil }
    do throws(AccessToken.Failure) {
      return try AccessToken(file: tokenFile, isPrivate: false)
    } catch {
      throw .token(error)
    }
  }
}

/// Why a request failed.
public enum CollectorClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing responds at this address.
  case unreachable(String)
  /// The response does not come from a collector.
  case foreign(String, UInt)
  /// The token differs, or is missing.
  case unauthorized(String)
  /// The token cannot be read.
  case token(AccessToken.Failure)

  public var description: String {
    switch self {
    case .unreachable(let url):
      "\(url): no answer from a collector; check that it is running with http.enabled, and that http.listen is this address"
    case .foreign(let url, let code):
      "\(url): unexpected reply (HTTP \(code)): not a sagflow collector; check http.listen"
    case .unauthorized(let url):
      "\(url): the token is not accepted; use the collector's configuration (-c), and restart it if http.tokenFile changed"
    case .token(let failure): "\(failure)"
    }
  }
}
