import ClickHouse
import ObjectStorage

// Outputs that take files as they are.

extension OutputRecords {
  static let clickHouseFields: [Field] = [
    ([.clickhouse], .list("urls", .url, "Of clickhouse: servers, any of which takes files.")),
    ([.clickhouse], .value("database", word, "Of clickhouse; default if it is left out.")),
    ([.clickhouse], .value("table", word, "Of clickhouse; flows if it is left out.")),
    (
      [.clickhouse],
      .value("cluster", word, "Of clickhouse: the cluster that `sagflow output clickhouse schema` is for.")
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

  private static let bucket = ValueForm<String>.line("a bucket's name") { text in
    (3...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { octet in
        let letter = octet | 0x20
        return (0x61...0x7a).contains(letter) || (0x30...0x39).contains(octet) || "-._".utf8.contains(octet)
      }
  }
  private static let prefix = ValueForm<String>.line("the beginning of names, such as flows/, without a / in front") {
    !$0.hasPrefix("/") && !$0.contains("//")
  }
  private static let partSize = ValueForm<UInt64>.octets(5 << 20...5 << 30)

  static let objectFields: [Field] = [
    .value("endpoint", .url, "Of s3 and oss: the service, without the bucket; that of the region if it is left out."),
    .value("region", word, "Of s3 and oss, such as eu-central-1 or cn-hangzhou."),
    .value("bucket", bucket, "Of s3 and oss."),
    .value("prefix", prefix, "Of s3 and oss: in front of each file's name."),
    .value(
      "credentialsFile", file,
      "Of s3 and oss: a file as the cloud's own tools have it; what they look for elsewhere if it is left out."),
    .value("profile", word, "Of s3 and oss: the profile in such a file; default if it is left out."),
    .value("pathStyle", .flag, "Of s3: whether the bucket is in the path instead of the host's name."),
    .value("storageClass", word, "Of s3 and oss, such as STANDARD_IA; the bucket's if it is left out."),
    .value("encryption", word, "Of s3 and oss, such as AES256, aws:kms or KMS; the bucket's if it is left out."),
    .value("encryptionKey", word, "Of s3 and oss: the key's id; the service's own if it is left out."),
    .value("partSize", partSize, "Of s3 and oss: larger files go in parts of this size; 64Mi if it is left out."),
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
      report("region", "is missing; give it, or an endpoint")
    } else if let problem = options.problem {
      report(problem.option, problem.reason)
    }
    if service == .oss, options.isPathStyle { report("pathStyle", "is not of type oss; remove it") }
    if !options.encryptionKey.isEmpty, options.encryption.isEmpty {
      report("encryptionKey", "has no encryption that it is for; name that, too")
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
