import CloudAPI
import Foundation
import Shipping

/// Differences between the two interfaces: names, and the checksum that verifies an upload.
struct ObjectDialect: Sendable {
  let options: ObjectStorageOptions
  /// Whether the service is Amazon's own. Other servers use Content-MD5 instead, some reject newer checksums, and some
  /// sign the body's hash without verifying it.
  let isAmazon: Bool

  private var isOSS: Bool { options.service == .oss }
  private var vendor: String { isOSS ? "x-oss-" : "x-amz-" }
  private static let ownChecksum = "x-amz-meta-sagflow-sha256"

  /// The checksum that identifies a whole object.
  var identity: ContentDigest.Kinds { isOSS ? .crc64 : .sha256 }
  /// The checksums sent with a body.
  var transfer: ContentDigest.Kinds { isOSS ? .crc64 : isAmazon ? .sha256 : [.sha256, .md5] }

  /// The condition that prevents overwriting.
  var condition: (name: String, value: String) {
    isOSS ? ("x-oss-forbid-overwrite", "true") : ("if-none-match", "*")
  }

  /// Whether the condition may be silently ignored, as by OSS if a bucket has, or has had, versioning.
  var isConditionDoubtful: Bool { isOSS }

  /// Returns whether the response to a write comes from a bucket with versioning.
  func hasVersions(_ answer: ObjectAnswer) -> Bool { isOSS && answer.headers["x-oss-version-id"] != nil }

  /// Headers that create an object.
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

  /// Headers with which the service verifies a body.
  func checksums(_ digest: ContentDigest) -> [String: String] {
    if isOSS { return [:] }
    if isAmazon { return ["x-amz-checksum-sha256": digest.sha256?.base64EncodedString() ?? ""] }
    return ["content-md5": digest.md5?.base64EncodedString() ?? ""]
  }

  /// Headers that begin a multipart upload, in addition to `creation`.
  var multipart: [String: String] { isAmazon ? ["x-amz-checksum-algorithm": "SHA256"] : [:] }

  /// Returns whether the response to a body, or to the completion of a multipart upload, reports a different checksum.
  func isDamaged(_ answer: ObjectAnswer, _ digest: ContentDigest) -> Bool {
    if isOSS {
      guard let reported = answer.headers["x-oss-hash-crc64ecma"] else { return false }
      return UInt64(reported) != digest.crc64
    }
    guard let reported = answer.headers["x-amz-checksum-sha256"], !reported.contains("-") else { return false }
    return reported != digest.sha256?.base64EncodedString()
  }

  /// Whether an object equals a file.
  enum Likeness: Sendable {
    case same
    /// With the difference.
    case different(String)
    /// There is no checksum to compare, because the object was written by other means.
    case unknown
  }

  /// Compares the response to HEAD with a file.
  ///
  /// - Parameter tag: returns the file's ETag for a number of parts, or whole (nil); called if nothing else can be
  ///   compared.
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
    // An ETag is derived from MD5s unless the object is encrypted with a customer key or the server uses another
    // scheme.
    let reported = (answer.headers["etag"] ?? "").trimmingCharacters(in: ["\""]).lowercased()
    let isKeyed = answer.headers["x-amz-server-side-encryption"]?.hasPrefix("aws:kms") ?? false
    guard !isKeyed, let form = reported.wholeMatch(of: /[0-9a-f]{32}(?:-([0-9]{1,5}))?/) else { return .unknown }
    let parts = form.1.flatMap { Int($0) }
    guard let own = try await tag(parts) else { return .unknown }
    if own == reported { return .same }
    // With parts, it depends on their boundaries.
    return parts == nil ? .different("another MD5") : .unknown
  }
}
