/// A bucket, and how it is written.
public struct ObjectStorageOptions: Hashable, Sendable {
  public enum Service: String, CaseIterable, Hashable, Sendable {
    /// Amazon S3, and what has its interface.
    case s3
    /// Alibaba Cloud Object Storage Service, by its own interface.
    case oss
  }

  public var service = Service.s3
  /// `https://…` without the bucket; empty: the service's own of the region.
  public var endpoint = ""
  public var region = ""
  public var bucket = ""
  /// In front of each file's name, such as `flows/`.
  public var prefix = ""
  /// Whether the bucket is in the path instead of the host's name; OSS takes the latter alone.
  public var isPathStyle = false
  /// Such as STANDARD_IA; empty: the bucket's own.
  public var storageClass = ""
  /// Such as AES256, `aws:kms` or KMS; empty: the bucket's own.
  public var encryption = ""
  /// Of encryption by a key of one's own; empty: the service's.
  public var encryptionKey = ""
  /// A file of more octets goes in parts.
  public var partLength: UInt64 = 64 << 20
  /// Longest that the service may take for a file or a part, seconds.
  public var timeout = 300
  /// The file with the credentials, in the form of the cloud's own tools; empty: the environment and what else the cloud's own tools look at.
  public var credentialsFile = ""
  /// The profile in that file; empty: the environment's, or `default`.
  public var profile = ""

  public init() {}
}
