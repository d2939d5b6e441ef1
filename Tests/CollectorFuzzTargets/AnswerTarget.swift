import ClickHouse
import Foundation
package import FuzzTargets
import NIOCore
import ObjectStorage

extension FuzzTarget {
  /// Responses of object stores and databases, and credential files: any content is either read or refused.
  package static let answers = FuzzTarget("answers", longest: 8192, seeds: { AnswerMaker.seeds }) {
    octets throws(FuzzViolation) in
    try read(octets)
    try read(AnswerMaker.xml(octets))
  }

  private static func read(_ octets: [UInt8]) throws(FuzzViolation) {
    let text = String(decoding: octets, as: UTF8.self)
    if let element = XMLElement(octets) {
      try FuzzViolation.check(!element.name.isEmpty, "an element without a name: \(text)")
    }
    for status in [200, 400, 412, 503] {
      let answer = ObjectAnswer(status: status, headers: ["date": String(text.prefix(64))], body: octets)
      if let refusal = ObjectRefusal(answer) { _ = (refusal.isExisting, refusal.refusesCondition) }
      let refusal = ServerRefusal(httpStatus: status, codeHeader: String(text.prefix(8)), body: text)
      try FuzzViolation.check(!refusal.text.contains("\n"), "more than a line: \(refusal.text)")
      _ = ServerRefusal(httpStatus: status, codeHeader: nil, body: text).failure(at: "server")
    }
    _ = ServerTable(ByteBuffer(bytes: octets))
    _ = ServerVersion(String(text.prefix(64)))
  }
}

/// Generates XML from choices.
private enum AnswerMaker {
  private static let pieces = [
    "<Error>", "</Error>", "<Code>", "</Code>", "<Message>", "</Message>", "<a/>", "<a b=\"c\">", "</a>", "<!--", "-->",
    "<?xml?>",
    "<![CDATA[", "]]>", "&lt;", "&#x41;", "&#1114112;", "&#xD800;", "&", ";", "<!DOCTYPE a>", "text", " ", "\n", "<",
    ">", "流",
    "\u{feff}", "<UploadId>", "</UploadId>", "NoSuchKey", "/>",
  ]

  static func xml(_ octets: [UInt8]) -> [UInt8] {
    var choices = Choices(octets)
    var text = ""
    while !choices.isEmpty { text += choices.pick(pieces) }
    return Array(text.utf8)
  }

  static let seeds = [
    "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The &quot;key&quot;</Message></Error>",
    "{\"data\": [[\"a\", \"b\"]]}", "Code: 73. DB::Exception: Unknown format. (UNKNOWN_FORMAT)", "26.9.2.1",
    "<InitiateMultipartUploadResult xmlns=\"x\"><Bucket>b</Bucket><UploadId>u</UploadId></InitiateMultipartUploadResult>",
  ].map { Array($0.utf8) }
}
