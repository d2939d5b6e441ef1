import CloudAPI
import Crypto
import Foundation
import TestSupport
import Testing

import SmartAccessGateway

/// The vendor's example signatures.
@Suite("The vendor's signature vectors")
struct VectorTests {
  struct Vector: Decodable, CustomTestStringConvertible, Sendable {
    struct Input: Decodable {
      var method: String
      var host: String
      var version: String
      var action: String
      var date: String
      var nonce: String
      var query: [String: String]
      var form: [String: String]?
      var access_key_id: String
      var access_key_secret: String
      var security_token: String?
    }

    struct Expected: Decodable {
      var canonical_query: String
      var string_to_sign: String
      var signature: String
      var canonical_request: String?
      var signed_headers: String?
      var hashed_payload: String?
      var authorization: String?
      var headers: [String: String]?
      var params: [String: String]?
      var body: String?
    }

    var id: String
    var scheme: String
    var input: Input
    var expected: Expected
    var testDescription: String { id }
  }

  private struct Document: Decodable { var vectors: [Vector] }

  static let all: [Vector] = {
    let folder = URL(fileURLWithPath: Samples.folder).deletingLastPathComponent().path
    let data = FileManager.default.contents(atPath: "\(folder)/Fixtures/alibaba/vectors.json") ?? Data()
    return (try? JSONDecoder().decode(Document.self, from: data))?.vectors ?? []
  }()

  @Test("there are vectors of both methods")
  func complete() {
    #expect(Set(Self.all.map(\.scheme)) == ["v1", "v3"])
  }

  @Test("signatures V3 are those of the vendor", arguments: all.filter { $0.scheme == "v3" })
  func version3(vector: Vector) throws {
    let expected = vector.expected
    let headers = try #require(expected.headers).filter { $0.key.lowercased() != "authorization" }
    #expect(PercentEncoding.query(vector.input.query) == expected.canonical_query)
    let body = Array((expected.body ?? "").utf8)
    #expect(RequestSignature.hash(body) == expected.hashed_payload)
    let signature = RequestSignature(
      method: vector.input.method, query: PercentEncoding.query(vector.input.query),
      headers: headers.map { (name: $0.key, value: $0.value) }, payloadHash: RequestSignature.hash(body),
      accessKeyID: vector.input.access_key_id, accessKeySecret: vector.input.access_key_secret)
    #expect(signature.signedHeaders == expected.signed_headers)
    #expect(signature.canonicalRequest == expected.canonical_request)
    #expect(signature.stringToSign == expected.string_to_sign)
    #expect(signature.signature == expected.signature)
    #expect(signature.authorization == expected.authorization)
  }

  @Test(
    "a request carries the headers of the vendor's minimal one", arguments: all.filter { $0.id.hasPrefix("v3-min") })
  func headers(vector: Vector) throws {
    let input = vector.input
    let request = RPCRequest(action: input.action, version: input.version, parameters: input.query)
    let date = try Date(input.date, strategy: .iso8601)
    let made = request.headers(
      host: input.host, date: date, nonce: input.nonce,
      credentials: Credentials(
        accessKeyID: input.access_key_id, accessKeySecret: input.access_key_secret, securityToken: input.security_token,
        source: ""))
    var expected = try #require(vector.expected.headers)
    for name in expected.keys where name.lowercased() == "authorization" { expected[name] = nil }
    #expect(Dictionary(uniqueKeysWithValues: made.map { ($0.name, $0.value) }) == expected)
  }

  /// The product does not use the older method, but its canonical query is the same.
  @Test("the canonical query is that of the vendor's signatures V1", arguments: all.filter { $0.scheme == "v1" })
  func version1(vector: Vector) throws {
    let query = PercentEncoding.query(try #require(vector.expected.params))
    #expect(query == vector.expected.canonical_query)
    let text = "\(vector.input.method)&%2F&\(PercentEncoding.encode(query))"
    #expect(text == vector.expected.string_to_sign)
    let key = SymmetricKey(data: Data("\(vector.input.access_key_secret)&".utf8))
    let code = HMAC<Insecure.SHA1>.authenticationCode(for: Data(text.utf8), using: key)
    #expect(Data(code).base64EncodedString() == vector.expected.signature)
  }
}
