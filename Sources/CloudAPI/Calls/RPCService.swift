import Foundation

/// One RPC-style service at its endpoint: sends, repeats, and tells answers from errors.
package struct RPCService: Sendable {
  package let endpoint: ServiceEndpoint
  private let web = WebClient()
  private let retry: RetryPolicy

  package init(endpoint: ServiceEndpoint, retry: RetryPolicy = RetryPolicy()) {
    self.endpoint = endpoint
    self.retry = retry
  }

  /// Calls an operation until it succeeds, fails for good or has been tried often enough.
  ///
  /// - Parameters:
  ///   - isIdempotent: whether the operation does no more when it is done twice; one that does is repeated only where the
  ///     service has certainly not done it.
  ///   - sign: makes the request of one attempt, each with a date and nonce of its own.
  /// - Returns: the answer's body.
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

  /// - Returns: the answer, if there is one, and what is wrong, if anything is.
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

  /// What an answer refuses; nil if it is a success.
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
