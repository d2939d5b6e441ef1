import CloudAPI
import Crypto
import Foundation
import TestSupport
import Testing

import ObjectStorage

/// Requests with signatures from the vendors' libraries, created by `vectors.py`.
@Suite("Signatures of requests to object stores")
struct SignatureTests {
  struct Vector: Decodable, CustomTestStringConvertible, Sendable {
    struct Expected: Decodable, Sendable {
      var canonicalRequest: String?
      var stringToSign: String
      var authorization: String
    }

    var id: String
    var service: String
    var date: String
    var method: String
    var host: String
    var isPathStyle: Bool
    var bucket: String
    var key: String
    var query: [String: String]
    var headers: [String: String]
    var payload: String
    var region: String
    var accessKeyID: String
    var accessKeySecret: String
    var securityToken: String?
    var expected: Expected
    var testDescription: String { id }

    func location() throws -> ObjectLocation {
      var options = ObjectStorageOptions()
      options.service = try #require(ObjectStorageOptions.Service(rawValue: service))
      options.bucket = bucket
      options.region = region
      options.isPathStyle = isPathStyle
      options.endpoint = isPathStyle ? host : String(host.dropFirst(bucket.count + 1))
      return try ObjectLocation(options)
    }

    var request: ObjectRequest {
      var request = ObjectRequest(method: method, key: key, query: query, headers: headers)
      request.payloadHash = Data(hexadecimal: payload)
      return request
    }

    var credentials: Credentials {
      Credentials(
        accessKeyID: accessKeyID, accessKeySecret: accessKeySecret, securityToken: securityToken, source: "the vector")
    }

    func time() throws -> SignatureTime {
      SignatureTime(try Date(date, strategy: .iso8601.dateSeparator(.omitted).timeSeparator(.omitted)))
    }
  }

  static let vectors: [Vector] = {
    let data = FileManager.default.contents(atPath: Fixtures.path("objects/vectors.json")) ?? Data()
    return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
  }()

  @Test("there are vectors of both services")
  func complete() {
    #expect(Set(Self.vectors.map(\.service)) == ["s3", "oss"])
    #expect(Self.vectors.count == 48)
  }

  @Test("signatures for S3 are those of botocore", arguments: vectors.filter { $0.service == "s3" })
  func amazon(vector: Vector) throws {
    let signature = AmazonSignature(vector.request, try vector.location(), vector.credentials, try vector.time())
    #expect(signature.canonicalRequest == vector.expected.canonicalRequest)
    #expect(signature.stringToSign == vector.expected.stringToSign)
    #expect(signature.headers["authorization"] == vector.expected.authorization)
  }

  @Test("signatures for OSS are those of its SDK", arguments: vectors.filter { $0.service == "oss" })
  func oss(vector: Vector) throws {
    let signature = OSSSignature(vector.request, try vector.location(), vector.credentials, try vector.time())
    #expect(signature.stringToSign == vector.expected.stringToSign)
    #expect(signature.headers["authorization"] == vector.expected.authorization)
  }

  struct Published: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var method: String
    var key = ""
    var query: [String: String] = [:]
    var headers: [String: String] = [:]
    var body = ""
    var signature: String
  }

  /// AWS, "Signature Calculations for the Authorization Header": the examples at the end of the page.
  @Test(
    "the examples of S3's documentation come out",
    arguments: [
      Published(
        testDescription: "GET object", method: "GET", key: "test.txt", headers: ["range": "bytes=0-9"],
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
      Published(
        testDescription: "PUT object", method: "PUT", key: "test$file.text",
        headers: ["date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
        body: "Welcome to Amazon S3.", signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
      Published(
        testDescription: "GET bucket lifecycle", method: "GET", query: ["lifecycle": ""],
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
      Published(
        testDescription: "list objects", method: "GET", query: ["max-keys": "2", "prefix": "J"],
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
  func published(example: Published) throws {
    var options = ObjectStorageOptions()
    options.bucket = "examplebucket"
    options.region = "us-east-1"
    options.endpoint = "s3.amazonaws.com"
    var request = ObjectRequest(
      method: example.method, key: example.key, query: example.query, headers: example.headers)
    request.payloadHash = Data(SHA256.hash(data: Data(example.body.utf8)))
    let signature = AmazonSignature(
      request, try ObjectLocation(options),
      Credentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", accessKeySecret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", source: ""),
      SignatureTime(Date(timeIntervalSince1970: 1_369_353_600)))
    #expect(signature.signature == example.signature)
  }

  @Test("what is sent has the path and query that were signed, and no secret")
  func sent() throws {
    for vector in Self.vectors {
      let date = try Date(vector.date, strategy: .iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
      let (url, headers) = vector.request.signed(for: try vector.location(), with: vector.credentials, at: date)
      #expect(headers["host"] == vector.host)
      #expect(headers["authorization"] == vector.expected.authorization)
      #expect(!url.contains("date=") && !url.contains(" "), "\(url)")
      for (name, value) in headers where !name.hasSuffix("security-token") {
        #expect(!value.contains(vector.accessKeySecret), "\(name)")
      }
    }
  }
}

extension Data {
  /// Parses hexadecimal digits.
  fileprivate init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    let octets = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
    guard octets.count * 2 == digits.count else { return nil }
    self.init(octets)
  }
}
