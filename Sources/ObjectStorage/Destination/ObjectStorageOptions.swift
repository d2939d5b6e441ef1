/// A bucket, and how to write to it.
public struct ObjectStorageOptions: Hashable, Sendable {
  public enum Service: String, CaseIterable, Hashable, Sendable {
    /// Amazon S3 and compatible services.
    case s3
    /// Alibaba Cloud Object Storage Service, with its own interface.
    case oss
  }

  public var service = Service.s3
  /// `https://…` without the bucket; empty for the service's endpoint of the region.
  public var endpoint = ""
  public var region = ""
  public var bucket = ""
  /// Prepended to each file's name, such as `flows/`.
  public var prefix = ""
  /// Whether the bucket is in the path instead of the host name; OSS supports only the latter.
  public var isPathStyle = false
  /// Such as STANDARD_IA; empty for the bucket's default.
  public var storageClass = ""
  /// Such as AES256, `aws:kms` or KMS; empty for the bucket's default.
  public var encryption = ""
  /// Customer key for encryption; empty for the service's key.
  public var encryptionKey = ""
  /// Larger files are uploaded in parts of this size, octets.
  public var partLength: UInt64 = 64 << 20
  /// Timeout of a file or part, seconds.
  public var timeout = 300
  /// Credentials file in the format of the cloud's own tools; empty to search the environment and their other sources.
  public var credentialsFile = ""
  /// Profile in that file; empty for the environment's, or `default`.
  public var profile = ""

  public init() {}
}
