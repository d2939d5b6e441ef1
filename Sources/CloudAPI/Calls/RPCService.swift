import Foundation

/// An RPC-style service at its endpoint: sends, retries, and detects errors.
package struct RPCService: Sendable {
  package let endpoint: ServiceEndpoint
  private let web = WebClient()
  private let retry: RetryPolicy

  package init(endpoint: ServiceEndpoint, retry: RetryPolicy = RetryPolicy()) {
    self.endpoint = endpoint
    self.retry = retry
  }

  /// Calls an operation until it succeeds, fails permanently, or the attempts are used up.
  ///
  /// - Parameters:
  ///   - isIdempotent: whether repeating the operation is harmless; otherwise it is repeated only if the service has
  ///     certainly not performed it.
  ///   - sign: signs the request of one attempt, each with its own date and nonce.
  /// - Returns: the response body.
  package func call(
    isIdempotent: Bool = true, _ sign: @Sendable () async throws(CloudAPIError) -> WebRequest
  ) async throws(CloudAPIError) -> [UInt8] {
    var attempt = 1
    while true {
      let (answer, error) = await self.attempt(sign)
      guard let error else { return answer?.body ?? [] }
      guard error.isTransient, isIdempotent || !error.isAmbiguous, attempt < retry.maximumAttempts else { throw error }
      do {
        try await Task.sleep(for: retry.pause(after: attempt, asked: answer?.retryAfter))
      } catch {
        throw .web(WebFailure(.broken("given up"), at: endpoint.url))
      }
      attempt += 1
    }
  }

  /// - Returns: the response, if any, and the error, if any.
  private func attempt(
    _ sign: @Sendable () async throws(CloudAPIError) -> WebRequest
  ) async -> (WebAnswer?, CloudAPIError?) {
    do throws(CloudAPIError) {
      let request = try await sign()
      let answer = try await send(request)
      return (answer, refusal(of: answer))
    } catch {
      return (nil, error)
    }
  }

  private func send(_ request: WebRequest) async throws(CloudAPIError) -> WebAnswer {
    do throws(WebFailure) { return try await web.send(request) } catch { throw .web(error) }
  }

  /// Returns the error in a response; nil if it succeeded.
  private func refusal(of answer: WebAnswer) -> CloudAPIError? {
    if let error = APIError(answer) { return .api(error) }
    let isObject = answer.body.first { !$0.isWhitespace } == UInt8(ascii: "{")
    if (200..<300).contains(answer.status), isObject { return nil }
    let text = TerminalText.escaped(String(decoding: answer.body.prefix(80), as: UTF8.self))
    return .notTheAPI(endpoint: endpoint.description, status: answer.status, text: text)
  }
}

extension UInt8 {
  /// White space of JSON (RFC 8259 §2).
  fileprivate var isWhitespace: Bool { [0x20, 0x09, 0x0a, 0x0d].contains(self) }
}
