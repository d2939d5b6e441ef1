import AsyncHTTPClient
import Files
import Foundation
import NIOCore
import NIOHTTP1

/// Posts messages as JSON to a URL. Verifies certificates and follows no redirects.
struct AlertWebhook {
  let url: String
  let header: String
  /// Empty for no additional header.
  let headerFile: String
  /// Timeout of an attempt, seconds.
  var timeout = 10.0

  /// Why an attempt failed.
  struct Failure: Error {
    var reason: String
    /// Whether a later attempt may succeed.
    var isTransient: Bool
  }

  /// Maximum octets of a response, which is ignored.
  private static let maximumAnswer = 1 << 20

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

  /// Makes one attempt. Blocks; do not call it on cooperative threads.
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

  /// The header's value; read each time, so that it can change while the collector runs.
  private func secret() throws(Failure) -> String {
    let octets: [UInt8]
    do throws(WholeFileFault) {
      octets = try WholeFile.content(of: headerFile, atMost: 8192)
    } catch {
      let reason = error.text(
        headerFile, expected: "a file with the header's value", ifTooLarge: "give only the header's value")
      throw Failure(reason: reason, isTransient: true)
    }
    let text = String(decoding: octets, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw Failure(reason: "\(headerFile): not a header value: expected one line of ASCII", isTransient: true)
    }
    return text
  }
}
