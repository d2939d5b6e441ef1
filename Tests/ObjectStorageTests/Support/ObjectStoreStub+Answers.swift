import Crypto
import Foundation
import NIOHTTP1
import Synchronization

import ObjectStorage

extension ObjectStoreStub {
  /// Serves a request.
  func answer(_ request: StubRequest, _ fault: Fault?) -> StubAnswer {
    var answer = serve(request, fault)
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    answer.headers["date"] = format.string(from: Date().addingTimeInterval(state.withLock { $0.clockOffset }))
    return answer
  }

  private func serve(_ request: StubRequest, _ fault: Fault?) -> StubAnswer {
    if let code = request.refusal(self) { return .error(403, code) }
    switch fault {
    case .error(let status, let code): return .error(status, code)
    case .lateError(let code):
      var answer = StubAnswer.error(200, code)
      answer.body = "\n \n" + answer.body
      return answer
    case .rival(let octets): state.withLock { $0.objects[request.key] = Object(octets: octets) }
    default: break
    }
    if let condition = state.withLock({ $0.conditionError }), hasCondition(request) {
      return .error(condition.0, condition.1)
    }
    if let sent = request.header("content-md5"),
      sent != Data(Insecure.MD5.hash(data: request.body)).base64EncodedString()
    {
      return .error(400, "BadDigest")
    }
    let isWrong = if case .wrongChecksum = fault { true } else { false }
    switch request.operation {
    case .put: return put(request, request.body, request.objectHeaders, isWrong)
    case .begin: return begin(request)
    case .part(let number): return part(request, number, isWrong)
    case .complete: return complete(request, isWrong)
    case .abort:
      let isKnown = state.withLock { $0.uploads.removeValue(forKey: request.query["uploadId"] ?? "") != nil }
      return isKnown ? StubAnswer(status: 204) : .error(404, "NoSuchUpload")
    case .list: return list(request)
    case .head: return head(request)
    case .delete:
      state.withLock { _ = $0.objects.removeValue(forKey: request.key) }
      return StubAnswer(status: 204)
    case .bucket: return StubAnswer()
    case .other: return .error(400, "InvalidRequest")
    }
  }

  private func hasCondition(_ request: StubRequest) -> Bool {
    service == .oss ? request.header("x-oss-forbid-overwrite") == "true" : request.header("if-none-match") == "*"
  }

  private func put(
    _ request: StubRequest, _ octets: [UInt8], _ headers: [String: String], _ isWrong: Bool
  ) -> StubAnswer {
    let isTaken = state.withLock { state in
      if hasCondition(request), !state.ignoresConditions, state.objects[request.key] != nil { return true }
      state.objects[request.key] = Object(octets: octets, headers: headers)
      return false
    }
    if isTaken {
      return service == .oss ? .error(409, "FileAlreadyExists") : .error(412, "PreconditionFailed")
    }
    var headers = checksums(octets, isWrong)
    // OSS ignores conditions for versioned buckets.
    if service == .oss, state.withLock({ $0.ignoresConditions }) { headers["x-oss-version-id"] = "CAEQ" }
    return StubAnswer(headers: headers)
  }

  /// Returns the response headers for octets.
  private func checksums(_ octets: [UInt8], _ isWrong: Bool) -> [String: String] {
    var headers = ["etag": "\"\(Insecure.MD5.hash(data: octets).map { String(format: "%02x", $0) }.joined())\""]
    if service == .oss {
      var crc = CRC64()
      crc.update(octets)
      headers["x-oss-hash-crc64ecma"] = "\(isWrong ? crc.value ^ 1 : crc.value)"
    } else if isWrong {
      headers["x-amz-checksum-sha256"] = Data(SHA256.hash(data: octets + [0])).base64EncodedString()
    }
    return headers
  }

  private func begin(_ request: StubRequest) -> StubAnswer {
    let identifier = state.withLock { state in
      state.next += 1
      // Contains characters that XML must escape.
      let identifier = "upload&<\(state.next)>"
      state.uploads[identifier] = Upload(key: request.key, headers: request.objectHeaders)
      return identifier
    }
    return StubAnswer(
      body:
        "<InitiateMultipartUploadResult xmlns=\"x\"><UploadId>\(identifier.xmlEscaped)</UploadId></InitiateMultipartUploadResult>"
    )
  }

  private func part(_ request: StubRequest, _ number: Int, _ isWrong: Bool) -> StubAnswer {
    let isKnown = state.withLock { state in
      state.uploads[request.query["uploadId"] ?? ""]?.parts.updateValue(request.body, forKey: number) != nil
        || state.uploads[request.query["uploadId"] ?? ""] != nil
    }
    return isKnown ? StubAnswer(headers: checksums(request.body, isWrong)) : .error(404, "NoSuchUpload")
  }

  private func complete(_ request: StubRequest, _ isWrong: Bool) -> StubAnswer {
    let identifier = request.query["uploadId"] ?? ""
    guard let upload = state.withLock({ $0.uploads[identifier] }), let list = XMLElement(request.body) else {
      return .error(404, "NoSuchUpload")
    }
    var (octets, sums): ([UInt8], [UInt8]) = ([], [])
    for (index, element) in list.children.enumerated() {
      guard element["PartNumber"] == "\(index + 1)", let part = upload.parts[index + 1],
        element["ETag"] == checksums(part, false)["etag"]
      else { return .error(400, "InvalidPart") }
      octets += part
      sums += Array(Insecure.MD5.hash(data: part))
    }
    let answer = put(request, octets, upload.headers, isWrong)
    guard answer.status == 200 else { return answer }
    let sum = Insecure.MD5.hash(data: sums).map { String(format: "%02x", $0) }.joined()
    state.withLock { state in
      let tag = state.hasOwnTags ? "own" : "\(sum)-\(list.children.count)"
      state.objects[request.key]?.headers["etag"] = "\"\(tag)\""
    }
    state.withLock { _ = $0.uploads.removeValue(forKey: identifier) }
    return StubAnswer(
      headers: answer.headers.filter { $0.key.contains("crc64") },
      body: "<CompleteMultipartUploadResult><Key>\(request.key.xmlEscaped)</Key></CompleteMultipartUploadResult>")
  }

  private func list(_ request: StubRequest) -> StubAnswer {
    let elements = state.withLock { state in
      state.uploads.filter { $0.value.key.hasPrefix(request.query["prefix"] ?? "") }.map { identifier, upload in
        "<Upload><Key>\(upload.key.xmlEscaped)</Key><UploadId>\(identifier.xmlEscaped)</UploadId></Upload>"
      }
    }
    return StubAnswer(body: "<ListMultipartUploadsResult>\(elements.joined())</ListMultipartUploadsResult>")
  }

  private func head(_ request: StubRequest) -> StubAnswer {
    if state.withLock({ $0.isWriteOnly }) { return StubAnswer(status: 403) }
    guard let object = object(request.key) else { return StubAnswer(status: 404) }
    var headers = object.headers
    if state.withLock({ $0.dropsMetadata }) { headers = headers.filter { !$0.key.contains("-meta-") } }
    headers = headers.merging(checksums(object.octets, false)) { own, _ in own }
    headers["content-length"] = "\(object.octets.count)"
    return StubAnswer(headers: headers)
  }
}

extension StubRequest {
  /// The headers stored with an object.
  fileprivate var objectHeaders: [String: String] {
    var kept: [String: String] = [:]
    for (name, value) in head.headers
    where name == "content-type" || name.contains("-meta-") || name.contains("storage-class")
      || name.contains("server-side-encryption")
    { kept[name] = value }
    return kept
  }
}
