import CloudAPI
import Foundation
import Shipping

/// How the two interfaces differ in what they call things, and in which checksum shows what arrived.
struct ObjectDialect: Sendable {
  let options: ObjectStorageOptions
  /// Whether the service is Amazon's own: others know Content-MD5 in its place, some refuse newer checksums, and some sign the body's hash
  /// without comparing it.
  let isAmazon: Bool

  private var isOSS: Bool { options.service == .oss }
  private var vendor: String { isOSS ? "x-oss-" : "x-amz-" }
  private static let ownChecksum = "x-amz-meta-sagflow-sha256"

  /// What identifies a whole object.
  var identity: ContentDigest.Kinds { isOSS ? .crc64 : .sha256 }
  /// What a body is sent with.
  var transfer: ContentDigest.Kinds { isOSS ? .crc64 : isAmazon ? .sha256 : [.sha256, .md5] }

  /// Writes only where there is nothing.
  var condition: (name: String, value: String) {
    isOSS ? ("x-oss-forbid-overwrite", "true") : ("if-none-match", "*")
  }

  /// Whether the condition may be ignored without a word: OSS does that where a bucket keeps versions or has kept some.
  var isConditionDoubtful: Bool { isOSS }

  /// Whether the answer to an object that was written is one of a bucket with versions.
  func hasVersions(_ answer: ObjectAnswer) -> Bool { isOSS && answer.headers["x-oss-version-id"] != nil }

  /// What a new object is made with.
  func creation(_ digest: ContentDigest) -> [String: String] {
    var headers = ["content-type": "application/vnd.apache.parquet"]
    if !options.storageClass.isEmpty { headers["\(vendor)storage-class"] = options.storageClass }
    if !options.encryption.isEmpty {
      headers["\(vendor)server-side-encryption"] = options.encryption
      let key = isOSS ? "x-oss-server-side-encryption-key-id" : "x-amz-server-side-encryption-aws-kms-key-id"
      if !options.encryptionKey.isEmpty { headers[key] = options.encryptionKey }
    }
    if !isOSS { headers[Self.ownChecksum] = digest.sha256.map(SigningHash.hexadecimal) }
    return headers
  }

  /// What a service needs to verify a body.
  func checksums(_ digest: ContentDigest) -> [String: String] {
    if isOSS { return [:] }
    if isAmazon { return ["x-amz-checksum-sha256": digest.sha256?.base64EncodedString() ?? ""] }
    return ["content-md5": digest.md5?.base64EncodedString() ?? ""]
  }

  /// What an upload in parts is begun with, beside `creation`.
  var multipart: [String: String] { isAmazon ? ["x-amz-checksum-algorithm": "SHA256"] : [:] }

  /// Whether the answer to a body, or to the last step of an upload in parts, is for other octets than were sent.
  func isDamaged(_ answer: ObjectAnswer, _ digest: ContentDigest) -> Bool {
    if isOSS {
      guard let reported = answer.headers["x-oss-hash-crc64ecma"] else { return false }
      return UInt64(reported) != digest.crc64
    }
    guard let reported = answer.headers["x-amz-checksum-sha256"], !reported.contains("-") else { return false }
    return reported != digest.sha256?.base64EncodedString()
  }

  /// Whether an object is a file.
  enum Likeness: Sendable {
    case same
    /// And in what it differs.
    case different(String)
    /// There is no checksum to compare: it was put there by other means.
    case unknown
  }

  /// Compares the answer to HEAD with a file.
  ///
  /// - Parameter tag: the file's ETag if it went in so many parts, or whole (nil); asked for where nothing else can be compared.
  func likeness(
    _ answer: ObjectAnswer, _ digest: ContentDigest, tag: (_ parts: Int?) async throws -> String?
  ) async throws -> Likeness {
    let octets = UInt64(digest.range.count)
    guard let length = answer.headers["content-length"].flatMap(UInt64.init) else { return .unknown }
    if length != octets { return .different("\(length) bytes instead of \(octets)") }
    if isOSS {
      guard let reported = answer.headers["x-oss-hash-crc64ecma"] else { return .unknown }
      return UInt64(reported) == digest.crc64 ? .same : .different("another CRC-64")
    }
    if let own = answer.headers[Self.ownChecksum] {
      return own == digest.sha256.map(SigningHash.hexadecimal) ? .same : .different("another SHA-256")
    }
    if let reported = answer.headers["x-amz-checksum-sha256"], !reported.contains("-") {
      return reported == digest.sha256?.base64EncodedString() ? .same : .different("another SHA-256")
    }
    // An ETag is made of MD5s unless the object is encrypted by a key of one's own, or the server goes its own way.
    let reported = (answer.headers["etag"] ?? "").trimmingCharacters(in: ["\""]).lowercased()
    let isKeyed = answer.headers["x-amz-server-side-encryption"]?.hasPrefix("aws:kms") ?? false
    guard !isKeyed, let form = reported.wholeMatch(of: /[0-9a-f]{32}(?:-([0-9]{1,5}))?/) else { return .unknown }
    let parts = form.1.flatMap { Int($0) }
    guard let own = try await tag(parts) else { return .unknown }
    if own == reported { return .same }
    // Of parts it depends on where these were cut.
    return parts == nil ? .different("another MD5") : .unknown
  }
}
