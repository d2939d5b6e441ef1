import ClickHouse
import ObjectStorage

// Outputs that ship files unchanged.

extension OutputRecords {
  static let clickHouseFields: [Field] = [
    ([.clickhouse], .list("urls", .url, "For clickhouse: servers, any of which accepts files.")),
    ([.clickhouse], .value("database", word, "For clickhouse; default `default`.")),
    ([.clickhouse], .value("table", word, "For clickhouse; default flows.")),
    (
      [.clickhouse],
      .value("cluster", word, "For clickhouse: the cluster for `sagflow output clickhouse schema`.")
    ),
  ]

  static func clickHouse(_ text: RecordText, _ directory: String, _ report: Report) -> ClickHouseOptions {
    var options = ClickHouseOptions()
    options.urls = text.values["urls"] ?? []
    if options.urls.isEmpty { report("urls", "expected at least one: \(ValueForm<String>.url.expected)") }
    if let value = text.value("database", word) { options.database = value }
    if let value = text.value("table", word) { options.table = value }
    if let value = text.value("user", word) { options.user = value }
    if let value = path(text, "passwordFile", directory) { options.passwordFile = value }
    if let value = text.value("cluster", word) { options.cluster = value }
    if let value = text.value("timeout", timeout) { options.timeout = value }
    return options
  }

  static func put(_ options: ClickHouseOptions, into text: inout RecordText) {
    let standard = ClickHouseOptions()
    text.values["urls"] = options.urls
    text.put("database", options.database, unless: standard.database)
    text.put("table", options.table, unless: standard.table)
    text.put("user", options.user, unless: standard.user)
    text.put("passwordFile", options.passwordFile, unless: standard.passwordFile)
    text.put("cluster", options.cluster, unless: standard.cluster)
    text.put("timeout", options.timeout, unless: standard.timeout)
  }

  // MARK: Objects

  private static let bucket = ValueForm<String>.line("a bucket name") { text in
    (3...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { octet in
        let letter = octet | 0x20
        return (0x61...0x7a).contains(letter) || (0x30...0x39).contains(octet) || "-._".utf8.contains(octet)
      }
  }
  private static let prefix = ValueForm<String>.line("a prefix of names, such as flows/, without a leading /") {
    !$0.hasPrefix("/") && !$0.contains("//")
  }
  private static let partSize = ValueForm<UInt64>.octets(5 << 20...5 << 30)

  static let objectFields: [Field] = [
    .value("endpoint", .url, "For s3 and oss: the service, without the bucket; default: the region's."),
    .value("region", word, "For s3 and oss, such as eu-central-1 or cn-hangzhou."),
    .value("bucket", bucket, "For s3 and oss."),
    .value("prefix", prefix, "For s3 and oss: prepended to each file's name."),
    .value(
      "credentialsFile", file,
      "For s3 and oss: a credentials file as the cloud's own tools use it; default: the sources of those tools."),
    .value("profile", word, "For s3 and oss: the profile in such a file; default `default`."),
    .value("pathStyle", .flag, "For s3: put the bucket in the path instead of the host name."),
    .value("storageClass", word, "For s3 and oss, such as STANDARD_IA; default: the bucket's."),
    .value("encryption", word, "For s3 and oss, such as AES256, aws:kms or KMS; default: the bucket's."),
    .value("encryptionKey", word, "For s3 and oss: the key's id; default: the service's own."),
    .value("partSize", partSize, "For s3 and oss: larger files are uploaded in parts of this size; default 64Mi."),
  ].map { ([.s3, .oss], $0) }

  static func objects(
    _ text: RecordText, _ service: ObjectStorageOptions.Service, _ directory: String, _ report: Report
  ) -> ObjectStorageOptions {
    var options = ObjectStorageOptions()
    options.service = service
    if let value = text.value("endpoint", .url) { options.endpoint = value }
    if let value = text.value("region", word) { options.region = value }
    if let value = text.value("bucket", bucket) { options.bucket = value }
    if let value = text.value("prefix", prefix) { options.prefix = value }
    if let value = path(text, "credentialsFile", directory) { options.credentialsFile = value }
    if let value = text.value("profile", word) { options.profile = value }
    if let value = text.value("pathStyle", .flag) { options.isPathStyle = value }
    if let value = text.value("storageClass", word) { options.storageClass = value }
    if let value = text.value("encryption", word) { options.encryption = value }
    if let value = text.value("encryptionKey", word) { options.encryptionKey = value }
    if let value = text.value("partSize", partSize) { options.partLength = value }
    if let value = text.value("timeout", timeout) { options.timeout = value }
    if options.bucket.isEmpty {
      report("bucket", "is missing; expected \(bucket.expected)")
    } else if options.region.isEmpty, options.endpoint.isEmpty {
      report("region", "is missing; set it, or an endpoint")
    } else if let problem = options.problem {
      report(problem.option, problem.reason)
    }
    if service == .oss, options.isPathStyle { report("pathStyle", "does not apply to type oss; remove it") }
    if !options.encryptionKey.isEmpty, options.encryption.isEmpty {
      report("encryptionKey", "requires encryption; set that, too")
    }
    return options
  }

  static func put(_ options: ObjectStorageOptions, into text: inout RecordText) {
    let standard = ObjectStorageOptions()
    text.put("endpoint", options.endpoint, unless: standard.endpoint)
    text.put("region", options.region, unless: standard.region)
    text.put("bucket", options.bucket, unless: standard.bucket)
    text.put("prefix", options.prefix, unless: standard.prefix)
    text.put("credentialsFile", options.credentialsFile, unless: standard.credentialsFile)
    text.put("profile", options.profile, unless: standard.profile)
    text.put("pathStyle", options.isPathStyle, unless: standard.isPathStyle)
    text.put("storageClass", options.storageClass, unless: standard.storageClass)
    text.put("encryption", options.encryption, unless: standard.encryption)
    text.put("encryptionKey", options.encryptionKey, unless: standard.encryptionKey)
    text.put("partSize", options.partLength, unless: standard.partLength)
    text.put("timeout", options.timeout, unless: standard.timeout)
  }
}
