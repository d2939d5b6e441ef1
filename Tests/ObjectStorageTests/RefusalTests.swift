import Foundation
import Shipping
import Testing

import ObjectStorage

@Suite("Errors of object stores, and what is done about them")
struct RefusalTests {
  private static func refusal(_ status: Int, _ code: String, _ headers: [String: String] = [:]) -> ObjectRefusal? {
    let body =
      code.isEmpty ? "" : "<Error><Code>\(code)</Code><Message>m\u{1b}[31m</Message><RequestId>R</RequestId></Error>"
    return ObjectRefusal(ObjectAnswer(status: status, headers: headers, body: Array(body.utf8)))
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var status: Int
    var code: String
    var remedy: ShippingFailure.Remedy
    var word = ""
    var testDescription: String { "\(status) \(code)" }

    init(_ status: Int, _ code: String, _ remedy: ShippingFailure.Remedy, _ word: String = "") {
      (self.status, self.code, self.remedy, self.word) = (status, code, remedy, word)
    }
  }

  @Test(
    "the code decides, and where there is none the status; only what concerns the one file sets it aside",
    arguments: [
      Case(503, "SlowDown", .retry), Case(500, "InternalError", .retry), Case(503, "ServiceUnavailable", .retry),
      Case(400, "RequestTimeout", .retry), Case(400, "BadDigest", .retry, "network"),
      Case(409, "OperationAborted", .retry),
      Case(409, "ConditionalRequestConflict", .retry), Case(403, "RequestTimeTooSkewed", .wait, "clock"),
      Case(403, "AccessDenied", .wait, "policies"), Case(404, "NoSuchBucket", .wait, "create the bucket"),
      Case(403, "InvalidAccessKeyId", .wait, "credentials"), Case(403, "SignatureDoesNotMatch", .wait, "secret"),
      Case(400, "ExpiredToken", .wait), Case(403, "QuotaExceeded", .wait, "quota"),
      Case(507, "XMinioStorageFull", .wait, "space"),
      Case(301, "PermanentRedirect", .wait, "region"), Case(400, "InvalidStorageClass", .wait, "storageClass"),
      Case(403, "KMS.DisabledException", .wait, "key"), Case(400, "EntityTooLarge", .setAside),
      Case(400, "KeyTooLongError", .wait, "prefix"), Case(400, "InvalidObjectName", .wait, "prefix"),
      Case(400, "InvalidURI", .wait, "prefix"), Case(403, "SecondLevelDomainForbidden", .wait, "pathStyle"),
      Case(400, "SomethingNew", .wait), Case(500, "SomethingNew", .retry), Case(502, "", .retry), Case(429, "", .retry),
      Case(403, "", .wait), Case(404, "", .wait), Case(301, "", .wait), Case(400, "", .wait), Case(501, "", .wait),
    ])
  func rules(example: Case) throws {
    let failure = try #require(Self.refusal(example.status, example.code)).failure("s3://lake/a")
    #expect(failure.remedy == example.remedy)
    #expect(failure.reason.hasPrefix("s3://lake/a: "))
    #expect(failure.reason.contains(example.code.isEmpty ? "HTTP \(example.status)" : example.code))
    #expect(example.word.isEmpty || failure.reason.contains(example.word), "\(failure.reason)")
    #expect(!failure.reason.contains("\u{1b}"))
  }

  @Test("success is no refusal, unless an error is in its body")
  func success() {
    #expect(Self.refusal(200, "") == nil)
    #expect(Self.refusal(204, "") == nil)
    #expect(Self.refusal(200, "InternalError")?.code == "InternalError")
  }

  @Test(
    "a clock that is off is reported with how far", arguments: [(-3600, "60 min ahead of"), (1800, "30 min behind")])
  func clock(offset: Int, words: String) throws {
    let now = Date(timeIntervalSince1970: 1_369_353_600)
    let time = now.addingTimeInterval(Double(offset))
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let answer = ObjectAnswer(
      status: 403, headers: ["date": format.string(from: time)],
      body: Array("<Error><Code>RequestTimeTooSkewed</Code></Error>".utf8))
    let reason = try #require(ObjectRefusal(answer, now: now)).failure("x").reason
    #expect(reason.contains(words), "\(reason)")
  }

  @Test("a bucket of another region is reported with where it is")
  func region() throws {
    let refusal = try #require(Self.refusal(301, "", ["x-amz-bucket-region": "eu-west-3"]))
    #expect(refusal.failure("x").reason.contains("it is in eu-west-3"))
  }

  @Test("every rule has advice")
  func advice() {
    for (code, rule) in ObjectRefusal.rules { #expect(!rule.advice.isEmpty, "\(code)") }
  }
}
