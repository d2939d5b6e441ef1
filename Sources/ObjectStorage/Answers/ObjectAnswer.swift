import CloudAPI
package import Foundation

/// A response of an object store, of any status.
package struct ObjectAnswer: Sendable {
  package var status: Int
  /// Names in lower case.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(status: Int, headers: [String: String], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The body as XML; nil if it is not XML.
  package var xml: XMLElement? { body.isEmpty ? nil : XMLElement(body) }

  /// The service's time (RFC 9110 §5.6.7).
  package var date: Date? { headers["date"].flatMap(HTTPDate.date) }
}

/// An error response of an object store.
package struct ObjectRefusal: Error, Hashable, Sendable {
  package var status: Int
  /// `Code` of the error; empty if the response has no body, as for HEAD.
  package var code = ""
  package var message = ""
  /// Needed by the service's support.
  package var requestID = ""
  /// Region of the bucket, if it differs from the one requested.
  package var bucketRegion = ""
  /// Seconds by which this host's clock is ahead of the service's, if the response contains its time.
  package var clockOffset: TimeInterval?

  /// Returns the error in a response; nil if it succeeded. An error may follow status 200, if the service began to
  /// respond before it failed.
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

  /// Whether an object of this name already exists.
  package var isExisting: Bool {
    code == "PreconditionFailed" || code == "FileAlreadyExists" || code == "ObjectAlreadyExists"
      || (code.isEmpty && status == 412)
  }

  /// Whether the server does not support conditional writes.
  package var refusesCondition: Bool {
    code == "NotImplemented" || (code.isEmpty && status == 501)
      || (status == 400
        && (message.lowercased().contains("if-none-match") || message.lowercased().contains("condition")))
  }

  /// Whether other credentials might be accepted.
  package var concernsCredentials: Bool {
    [
      "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired", "SecurityTokenExpired",
      "InvalidSecurityToken",
    ]
    .contains(code)
  }
}
