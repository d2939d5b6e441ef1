public import Foundation

/// An error returned by the API.
public struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `Code` as received. Decisions use it and not the HTTP status, which differs between gateways for the same code.
  public var codeText: String
  public var message: String
  /// Needed by the service's support.
  public var requestID: String
  public var httpStatus: Int
  /// Delay before the next attempt, as requested by the service.
  public var retryAfter: Duration?
  /// Seconds by which this host's clock is ahead of the service's, if the response contains its time.
  public var clockOffset: TimeInterval?

  /// The code, if it is known.
  public var code: APIErrorCode? { APIErrorCode(rawValue: codeText) }

  /// Whether the call may succeed if repeated a little later.
  public var isTransient: Bool {
    if codeText == "Throttling" || codeText.hasPrefix("Throttling.") { return true }
    switch code {
    case .serviceUnavailable, .internalError: return true
    case nil: return httpStatus >= 500
    default: return false
    }
  }

  /// Whether the service is unavailable rather than throttling.
  public var isUnavailability: Bool { isTransient && !codeText.hasPrefix("Throttling") }

  /// Whether the cause is credentials, permissions or the clock.
  public var concernsIdentity: Bool {
    code?.concernsIdentity
      ?? ["Forbidden", "NoPermission", "InvalidAccessKeyId", "InvalidSecurityToken", "InvalidTimeStamp"].contains {
        codeText == $0 || codeText.hasPrefix("\($0).")
      }
  }

  /// Advice for the operator.
  public var advice: String {
    if code == .timeStampExpired, let offset = clockOffset, abs(offset) > 60 {
      let minutes = Int((abs(offset) / 60).rounded())
      return "this host's clock is \(minutes) min \(offset > 0 ? "ahead of" : "behind") the service's; set it (NTP)"
    }
    if let code { return code.advice }
    if codeText.hasPrefix("Throttling.") { return APIErrorCode.throttling.advice }
    if concernsIdentity { return "check the credentials and their permissions" }
    return "unknown code; see the message, or contact the service's support with the RequestId"
  }

  public var description: String {
    let id = requestID.isEmpty ? "" : " (RequestId \(TerminalText.escaped(requestID)))"
    return "\(TerminalText.escaped(codeText)): \(TerminalText.escaped(message))\(id): \(advice)"
  }
}

extension APIError {
  /// Members of the error's JSON, in both spellings accepted by the vendor's library.
  private struct Body: Decodable {
    var code: LenientText?
    var lowerCode: LenientText?
    var message: LenientText?
    var lowerMessage: LenientText?
    var requestID: LenientText?
    var lowerRequestID: LenientText?

    private enum CodingKeys: String, CodingKey {
      case code = "Code"
      case lowerCode = "code"
      case message = "Message"
      case lowerMessage = "message"
      case requestID = "RequestId"
      case lowerRequestID = "requestId"
    }
  }

  /// Returns the error in a response; nil if it has none: success has no `Code`, or a success code.
  init?(_ answer: WebAnswer, now: Date = Date()) {
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(answer.body)),
      let code = (body.code ?? body.lowerCode)?.text, !code.isEmpty
    else { return nil }
    if (200..<300).contains(answer.status), ["200", "OK", "Success"].contains(code) { return nil }
    self.init(
      codeText: code, message: (body.message ?? body.lowerMessage)?.text ?? "",
      requestID: (body.requestID ?? body.lowerRequestID)?.text ?? answer.header("x-acs-request-id") ?? "",
      httpStatus: answer.status, retryAfter: answer.retryAfter,
      clockOffset: answer.date.map { now.timeIntervalSince($0) })
  }
}

extension WebAnswer {
  /// `x-acs-retry-after`, milliseconds; at most a minute.
  var retryAfter: Duration? {
    header("x-acs-retry-after").flatMap { Int($0) }.map { .milliseconds(max(0, min($0, 60_000))) }
  }

  /// The service's time (RFC 9110 §5.6.7).
  fileprivate var date: Date? { header("date").flatMap(HTTPDate.date) }
}
