import CloudAPI
package import Foundation

/// An answer of an object store, of whatever status.
package struct ObjectAnswer: Sendable {
  package var status: Int
  /// Names in lower case.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(status: Int, headers: [String: String], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The body as XML; nil if it is none.
  package var xml: XMLElement? { body.isEmpty ? nil : XMLElement(body) }

  /// The service's time (RFC 9110 §5.6.7).
  package var date: Date? { headers["date"].flatMap(HTTPDate.date) }
}

/// What an object store refuses, and why.
package struct ObjectRefusal: Error, Hashable, Sendable {
  package var status: Int
  /// `Code` of the error; empty where the answer has no body, as those to HEAD.
  package var code = ""
  package var message = ""
  /// What the service's support asks for.
  package var requestID = ""
  /// Where the bucket is, if it is not where it was looked for.
  package var bucketRegion = ""
  /// How far this host's clock is ahead of the service's, seconds, if the answer has its time.
  package var clockOffset: TimeInterval?

  /// What an answer refuses; nil if it is a success. An error may come with 200, where the service had begun to answer before it failed.
  package init?(_ answer: ObjectAnswer, now: Date = Date()) {
    let error = answer.xml.flatMap { $0.name == "Error" ? $0 : nil }
    if answer.isSuccess && error == nil { return nil }
    status = answer.status
    code = error?["Code"] ?? ""
    message = error?["Message"] ?? ""
    requestID = error?["RequestId"] ?? answer.headers["x-amz-request-id"] ?? answer.headers["x-oss-request-id"] ?? ""
    bucketRegion = error?["Region"] ?? answer.headers["x-amz-bucket-region"] ?? error?["Endpoint"] ?? ""
    clockOffset = answer.date.map { now.timeIntervalSince($0) }
  }

  /// Whether there is an object of the name already.
  package var isExisting: Bool {
    code == "PreconditionFailed" || code == "FileAlreadyExists" || code == "ObjectAlreadyExists"
      || (code.isEmpty && status == 412)
  }

  /// Whether the server does not know conditions on what is written.
  package var refusesCondition: Bool {
    code == "NotImplemented" || (code.isEmpty && status == 501)
      || (status == 400
        && (message.lowercased().contains("if-none-match") || message.lowercased().contains("condition")))
  }

  /// Whether other credentials may be accepted.
  package var concernsCredentials: Bool {
    [
      "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired", "SecurityTokenExpired",
      "InvalidSecurityToken",
    ]
    .contains(code)
  }
}
