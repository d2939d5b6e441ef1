import CloudAPI
package import Shipping

extension ObjectRefusal {
  /// The remedy for an error, and advice for the operator.
  package struct Rule: Sendable {
    package var remedy: ShippingFailure.Remedy
    package var advice: String

    fileprivate init(_ remedy: ShippingFailure.Remedy, _ advice: String) {
      self.remedy = remedy
      self.advice = advice
    }
  }

  private static let busy = Rule(.retry, "the service is busy")
  private static let failed = Rule(.retry, "the service failed; contact its support with the request id if it persists")
  private static let damaged = Rule(
    .retry, "the data arrived damaged; check the network and proxies if it persists")
  private static let permission = Rule(
    .wait, "allow it in the policies of the bucket and the user; see docs/object-storage.md")
  private static let identity = Rule(.wait, "check the source of the credentials")
  private static let token = Rule(.wait, "get new temporary credentials")
  private static let key = Rule(.wait, "check the key of the server-side encryption, and its permissions")
  private static let full = Rule(.wait, "free space, or raise the quota")
  private static let elsewhere = Rule(.wait, "the bucket is in another region; correct region and endpoint")

  /// A file is set aside only for errors that concern it alone; a wrong setting would otherwise set every file aside.
  package static let rules: [String: Rule] = [
    "SlowDown": busy, "ServiceUnavailable": busy, "RequestLimitExceeded": busy, "TooManyRequests": busy,
    "Throttling": busy,
    "ThrottlingException": busy, "BandwidthLimitExceeded": busy, "UploadTrafficRateLimitExceeded": busy,
    "QpsLimitExceeded": busy, "InternalError": failed, "OperationAborted": failed, "RequestTimeout": failed,
    "IncompleteBody": damaged, "BadDigest": damaged, "InvalidDigest": damaged, "XAmzContentSHA256Mismatch": damaged,
    "XAmzContentChecksumMismatch": damaged, "InvalidPart": damaged, "InvalidPartOrder": damaged,
    "NoSuchUpload": damaged,
    "ConditionalRequestConflict": Rule(.retry, "another request is writing the same object"),
    "AccessDenied": permission, "AllAccessDisabled": permission, "MethodNotAllowed": permission,
    "AccountProblem": Rule(.wait, "check the account: the service refuses all of its requests"),
    "UserDisable": Rule(.wait, "check the account: the service refuses all of its requests"),
    "InvalidAccessKeyId": identity, "InvalidSecurity": identity, "CredentialsNotSupported": identity,
    "ExpiredToken": token, "InvalidToken": token, "TokenRefreshRequired": token, "SecurityTokenExpired": token,
    "InvalidSecurityToken": token,
    "SignatureDoesNotMatch": Rule(
      .wait, "wrong secret key, wrong region, or a proxy that changes requests; check the source of the credentials"),
    "AuthorizationHeaderMalformed": elsewhere, "PermanentRedirect": elsewhere, "TemporaryRedirect": elsewhere,
    "IllegalLocationConstraintException": elsewhere,
    "RequestTimeTooSkewed": Rule(.wait, "set this host's clock (NTP): more than 15 minutes off is refused"),
    "NoSuchBucket": Rule(.wait, "create the bucket, or correct its name and region"),
    "InvalidBucketName": Rule(.wait, "correct the bucket's name"),
    "SecondLevelDomainForbidden": Rule(
      .wait, "the service supports the bucket in the host name only; remove pathStyle"),
    "QuotaExceeded": full, "InsufficientCapacity": full, "XMinioStorageFull": full,
    "XMinioAdminBucketQuotaExceeded": full,
    "InsufficientStorage": full,
    "InvalidStorageClass": Rule(.wait, "correct storageClass"),
    "InvalidEncryptionAlgorithmError": Rule(.wait, "correct encryption"),
    "KmsServiceNotEnabled": key, "InvalidKmsKeyId": key, "KMS.NotFoundException": key, "KMS.DisabledException": key,
    "KMS.KMSInvalidStateException": key, "KMS.AccessDeniedException": key,
    "EntityTooLarge": Rule(.setAside, "the service does not accept objects of this size"),
    "EntityTooSmall": Rule(.wait, "raise partSize"),
    // Names differ only in their times, so that a rejection of one name applies to all.
    "KeyTooLongError": Rule(.wait, "shorten the prefix"),
    "InvalidObjectName": Rule(.wait, "correct the prefix"),
    "InvalidURI": Rule(.wait, "correct the prefix"),
    "FileImmutable": Rule(.setAside, "the bucket's retention policy protects what is there"),
  ]

  /// The rule for the error's code, otherwise for its status.
  package var rule: Rule {
    if let known = Self.rules[code] { return known }
    switch status {
    case 408, 429, 500...: return code.hasPrefix("NotImplemented") || status == 501 ? Self.unknown : Self.failed
    case 301, 302, 307, 308: return Self.elsewhere
    case 401, 403: return Self.permission
    case 404: return Rule(.wait, "check bucket and endpoint")
    default: return Self.unknown
    }
  }

  private static let unknown = Rule(.wait, "see the message; check settings and endpoint")

  /// - Parameter what: the operation and its object.
  package func failure(_ what: String) -> ShippingFailure {
    var text = "\(what): " + (code.isEmpty ? "HTTP \(status)" : TerminalText.escaped(code))
    if !message.isEmpty { text += ": \(TerminalText.escaped(String(message.prefix(300))))" }
    if !requestID.isEmpty { text += " (request \(TerminalText.escaped(requestID)))" }
    let rule = rule
    text += "; \(rule.advice)"
    if code == "RequestTimeTooSkewed", let offset = clockOffset, abs(offset) > 60 {
      let minutes = Int((abs(offset) / 60).rounded())
      text += "; this host's clock is \(minutes) min \(offset > 0 ? "ahead of" : "behind") the service's"
    }
    if rule.advice == Self.elsewhere.advice, !bucketRegion.isEmpty {
      text += "; it is in \(TerminalText.escaped(bucketRegion))"
    }
    return ShippingFailure(rule.remedy, text, kind: code.isEmpty ? "HTTP \(status)" : code)
  }
}
