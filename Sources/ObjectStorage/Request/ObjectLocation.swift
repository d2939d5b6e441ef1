package import CloudAPI

/// The address of a bucket: the server, and how the bucket's name is part of URLs.
package struct ObjectLocation: Hashable, Sendable {
  package let endpoint: ServiceEndpoint
  package let bucket: String
  package let region: String
  /// Whether the bucket is in the path.
  package let isPathStyle: Bool
  /// Whether the service is Amazon's own.
  package let isAmazon: Bool
  package let service: ObjectStorageOptions.Service

  /// - Throws: `ParameterError` with the name of the invalid option.
  package init(_ options: ObjectStorageOptions) throws(ParameterError) {
    service = options.service
    bucket = options.bucket
    guard options.bucket.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]{1,62}/) != nil else {
      throw ParameterError(.bucket, value: options.bucket, expected: "a bucket name")
    }
    guard options.region.wholeMatch(of: /[A-Za-z0-9\-]*/) != nil else {
      throw ParameterError(.region, value: options.region, expected: "a region such as eu-central-1 or cn-hangzhou")
    }
    if options.endpoint.isEmpty {
      guard !options.region.isEmpty else {
        throw ParameterError(.region, value: "", expected: "a region, because there is no endpoint")
      }
      endpoint = try ServiceEndpoint(Self.standardHost(options.service, options.region), allowsPlainHTTP: true)
    } else {
      endpoint = try ServiceEndpoint(options.endpoint, allowsPlainHTTP: true)
    }
    if options.region.isEmpty {
      // Servers outside the clouds accept any region.
      let hostRegion = endpoint.host.firstMatch(of: /^oss-([a-z]+-[a-z0-9\-]+?)(-internal)?\.aliyuncs\.com/)
      region = hostRegion.map { String($0.1) } ?? "us-east-1"
    } else {
      region = options.region
    }
    isAmazon = options.service == .s3 && endpoint.host.contains(/\.amazonaws\.com(\.cn)?(:|$)/)
    // Certificates do not cover names with dots, and an address has no subdomains.
    isPathStyle =
      options.isPathStyle || endpoint.isAddress
      || (options.service == .s3 && endpoint.scheme == .https && options.bucket.contains("."))
  }

  private static func standardHost(_ service: ObjectStorageOptions.Service, _ region: String) -> String {
    switch service {
    case .s3: "s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    case .oss: "oss-\(region).aliyuncs.com"
    }
  }

  /// Value of the `Host` header.
  package var host: String { isPathStyle ? endpoint.host : "\(bucket).\(endpoint.host)" }
  package var base: String { "\(endpoint.scheme.rawValue)://\(host)" }

  /// Returns the percent-encoded path of an object, or of the bucket if there is no key.
  package func path(_ key: String) -> String {
    (isPathStyle ? "/\(bucket)/" : "/") + PercentEncoding.encode(path: key)
  }

  /// Returns the path that OSS signs: always with the bucket.
  package func resource(_ key: String) -> String { "/\(bucket)/" + PercentEncoding.encode(path: key) }
}

extension ParameterError.Parameter {
  package static let bucket = Self("bucket")
  package static let region = Self("region")
  package static let prefix = Self("prefix")
  package static let partLength = Self("partSize")
}
