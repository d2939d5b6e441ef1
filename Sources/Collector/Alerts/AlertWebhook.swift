import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Sends messages to a URL, as JSON by POST. Certificates are checked and redirects are not followed.
struct AlertWebhook {
  let url: String
  let header: String
  /// Empty: no header is sent along.
  let headerFile: String
  /// Longest that an attempt may take, seconds.
  var timeout = 10.0

  /// Why a message was not taken.
  struct Failure: Error {
    var reason: String
    /// Whether it may be taken a little later.
    var isTransient: Bool
  }

  /// Of an answer, which nobody reads, octets.
  private static let maximumAnswer = 1 << 20

  /// One for the process, which needs no shutdown.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
      configuration.httpVersion = .http1Only
      configuration.connectionPool.retryConnectionEstablishment = false
      return configuration
    }())

  /// One attempt. Blocks; not to be called on one of Swift's own threads.
  func send(_ message: Data) -> Failure? {
    let answer: HTTPClient.Response
    do {
      var headers = HTTPHeaders([("Content-Type", "application/json"), ("User-Agent", "sagflow")])
      if !headerFile.isEmpty { headers.add(name: header, value: try secret()) }
      let request = try HTTPClient.Request(url: url, method: .POST, headers: headers, body: .data(message))
      let delegate = ResponseAccumulator(request: request, maxBodySize: Self.maximumAnswer)
      let deadline = NIODeadline.now() + .milliseconds(Int64(timeout * 1000))
      answer = try Self.client.execute(request: request, delegate: delegate, deadline: deadline).wait()
    } catch let failure as Failure {
      return failure
    } catch {
      return Failure(reason: "\(place): no answer (\(type(of: error)): \(error))", isTransient: true)
    }
    switch answer.status.code {
    case 200..<300: return nil
    case let code:
      let isTransient = code >= 500 || [408, 425, 429].contains(code)
      return Failure(reason: "\(place): HTTP \(code)", isTransient: isTransient)
    }
  }

  /// Scheme and host.
  private var place: String { url.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//") }

  /// The header's value: read each time, so that it may change while the collector runs.
  private func secret() throws(Failure) -> String {
    guard let data = FileManager.default.contents(atPath: headerFile), data.count <= 8192 else {
      throw Failure(
        reason: "\(headerFile): cannot be read; give the collector's user read permission", isTransient: true)
    }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw Failure(reason: "\(headerFile): not a header value: expected one line of ASCII", isTransient: true)
    }
    return text
  }
}
