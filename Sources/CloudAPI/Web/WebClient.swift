import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A request as sent.
package struct WebRequest: Sendable {
  package var method = "GET"
  package var url: String
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8] = []

  package init(
    method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Scheme and host, for messages: the query may be long or contain secrets.
  package var place: String { url.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//") }
}

/// A response of any status.
package struct WebAnswer: Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}

/// HTTP with AsyncHTTPClient: verifies certificates, follows no redirects, and does not retry.
package struct WebClient: Sendable {
  /// Of one attempt as a whole, including name lookup and body.
  package var timeout: Duration

  package init(timeout: Duration = .seconds(10)) { self.timeout = timeout }

  /// Maximum octets of a response.
  private static let maximumBody = 8 << 20

  /// Shared by the process; needs no shutdown.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
      configuration.httpVersion = .http1Only
      configuration.connectionPool.retryConnectionEstablishment = false
      return configuration
    }())

  package func send(_ request: WebRequest) async throws(WebFailure) -> WebAnswer {
    let place = request.place
    do {
      return try await withThrowingTaskGroup(of: WebAnswer?.self) { group in
        group.addTask { try await Self.exchange(request, within: timeout) }
        group.addTask {
          try await Task.sleep(for: timeout)
          return nil
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() ?? nil else {
          throw WebFailure(.timedOut("no answer within \(timeout)"), at: place)
        }
        return answer
      }
    } catch let failure as WebFailure {
      throw failure
    } catch {
      throw WebFailure(error, at: place)
    }
  }

  private static func exchange(_ request: WebRequest, within timeout: Duration) async throws -> WebAnswer {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = HTTPMethod(rawValue: request.method)
    outgoing.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
    if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
    let answer = try await client.execute(outgoing, deadline: .now() + TimeAmount(timeout))
    let body = try await answer.body.collect(upTo: maximumBody)
    return WebAnswer(
      status: Int(answer.status.code), headers: answer.headers.map { (name: $0.name, value: $0.value) },
      body: Array(body.readableBytesView))
  }
}
