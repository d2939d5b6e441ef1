import CloudAPI
import Crypto
import Foundation
import NIOHTTP1

import ObjectStorage

/// A request parsed by the stub.
struct StubRequest {
  var head: HTTPRequestHead
  var body: [UInt8] = []
  /// Decoded, without the bucket.
  let key: String
  let query: [String: String]

  init(_ head: HTTPRequestHead) {
    self.head = head
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(parts[0]).removingPercentEncoding ?? ""
    key = String(path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true).dropFirst().first ?? "")
    var query: [String: String] = [:]
    for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
      let sides = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
      query[sides[0]] = sides.count > 1 ? sides[1] : ""
    }
    self.query = query
  }

  func header(_ name: String) -> String? { head.headers.first(name: name) }

  var operation: ObjectStoreStub.Operation {
    switch head.method {
    case .PUT: query["partNumber"].flatMap(Int.init).map { .part($0) } ?? .put
    case .POST: query["uploads"] != nil ? .begin : query["uploadId"] != nil ? .complete : .other
    case .DELETE: query["uploadId"] != nil ? .abort : .delete
    case .HEAD: key.isEmpty ? .bucket : .head
    case .GET: query["uploads"] != nil ? .list : .other
    default: .other
    }
  }

  /// Returns the code with which the signature is refused; nil if it is correct.
  func refusal(_ stub: ObjectStoreStub) -> String? {
    var options = ObjectStorageOptions()
    options.service = stub.service
    options.endpoint = stub.endpoint
    options.bucket = ObjectStoreStub.bucket
    options.region = "cn-hangzhou"
    let authorization = header("authorization") ?? ""
    guard authorization.contains("Credential=\(ObjectStoreStub.accessKeyID)/") else { return "InvalidAccessKeyId" }
    let credentials = Credentials(
      accessKeyID: ObjectStoreStub.accessKeyID, accessKeySecret: ObjectStoreStub.accessKeySecret, source: "the stub")
    guard let location = try? ObjectLocation(options), let time = header("x-\(vendor(stub))-date"),
      let date = try? Date(time, strategy: .iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    else { return "AccessDenied" }
    var request = ObjectRequest(method: head.method.rawValue, key: key, query: query)
    // Headers added by the transport are not signed.
    let signed = authorization.firstMatch(of: /SignedHeaders=([^,]*)/).map {
      $0.1.split(separator: ";").map(String.init)
    }
    for header in head.headers {
      let name = header.name.lowercased()
      if signed?.contains(name) ?? (name != "authorization") { request.headers[name] = header.value }
    }
    request.payloadHash = Data(SHA256.hash(data: body))
    return request.signed(for: location, with: credentials, at: date).headers["authorization"] == authorization
      ? nil : "SignatureDoesNotMatch"
  }

  func vendor(_ stub: ObjectStoreStub) -> String { stub.service == .oss ? "oss" : "amz" }
}

struct StubAnswer {
  var status = 200
  var headers: [String: String] = [:]
  var body = ""

  static func error(_ status: Int, _ code: String) -> StubAnswer {
    StubAnswer(
      status: status, headers: ["content-type": "application/xml"],
      body: """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>\(code)</Code><Message>The stub answers &quot;\(code)&quot;.</Message><RequestId>R-\(code)</RequestId></Error>
        """)
  }
}
