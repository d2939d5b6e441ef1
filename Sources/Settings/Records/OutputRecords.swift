import ClickHouse
import ObjectStorage
import Shipping

/// The list `outputs`.
enum OutputRecords {
  // MARK: Forms of values

  private static let word = ValueForm<String>.line("a word without spaces and quotes") { text in
    text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"'`\\".utf8.contains($0) }
  }
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
  private static let file = ValueForm<String>.line("the path of a file")
  private static let kind = ValueForm<OutputSetting.Kind>.choice
  private static let start = ValueForm<ShipperOptions.Start>.choice
  private static let parallel = ValueForm<Int>.integer(1...64)
  private static let timeout = ValueForm<Int>.seconds(1...86_400)
  private static let partSize = ValueForm<UInt64>.octets(5 << 20...5 << 30)

  // MARK: The list

  static let outputs = RecordForm(
    fields: [
      .value("name", .recordName, isRequired: true, "Unique among outputs; the cursor's, too."),
      .value("type", kind, isRequired: true, "What takes the files."),
      .value("from", start, "Which files a new output begins with; oldest if it is left out."),
      .value("parallel", parallel, "Files on their way at a time; 2 if it is left out."),
      .value(
        "timeout", timeout, "Longest that the other side may take for a file or a part of it; 5m if it is left out."),
    ] + clickHouseFields + objectFields,
    apply: { texts, directory, configuration in
      RecordForm.apply(texts, to: &configuration.live.outputs) { output($0, directory, $1) }
    },
    texts: { $0.live.outputs.map(text) })

  private static let clickHouseFields: [RecordField] = [
    .list("urls", .url, "Of clickhouse: servers, any of which takes files."),
    .value("database", word, "Of clickhouse; default if it is left out."),
    .value("table", word, "Of clickhouse; flows if it is left out."),
    .value("user", word, "Of clickhouse; default if it is left out."),
    .value(
      "passwordFile", file,
      "Of clickhouse: the file with the password; SAGFLOW_CLICKHOUSE_PASSWORD of the environment if it is left out."),
    .value("cluster", word, "Of clickhouse: the cluster that `sagflow output clickhouse schema` is for."),
  ]

  private static let objectFields: [RecordField] = [
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
  ]

  // MARK: Reading

  private typealias Report = (String?, String) -> Void

  private static func output(_ text: RecordText, _ directory: String, _ report: Report) -> OutputSetting? {
    guard let kind = text.value("type", kind) else { return nil }
    let foreign = kind == .clickhouse ? objectFields : clickHouseFields
    for field in foreign where text.values[field.name] != nil {
      report(field.name, "is not of type \(kind.rawValue); remove it")
    }
    var shipping = ShipperOptions(name: text.value("name", .recordName) ?? "")
    if let value = text.value("from", start) { shipping.start = value }
    if let value = text.value("parallel", parallel) { shipping.parallel = value }
    switch kind {
    case .clickhouse: return OutputSetting(shipping, .clickHouse(clickHouse(text, directory, report)))
    case .s3: return OutputSetting(shipping, .objects(objects(text, .s3, directory, report)))
    case .oss: return OutputSetting(shipping, .objects(objects(text, .oss, directory, report)))
    }
  }

  private static func clickHouse(_ text: RecordText, _ directory: String, _ report: Report) -> ClickHouseOptions {
    var options = ClickHouseOptions()
    options.urls = text.values["urls"] ?? []
    if options.urls.isEmpty { report("urls", "expected at least one: \(ValueForm<String>.url.expected)") }
    if let value = text.value("database", word) { options.database = value }
    if let value = text.value("table", word) { options.table = value }
    if let value = text.value("user", word) { options.user = value }
    if let value = text.value("passwordFile", file) {
      options.passwordFile = value.hasPrefix("/") ? value : directory + value
    }
    if let value = text.value("cluster", word) { options.cluster = value }
    if let value = text.value("timeout", timeout) { options.timeout = value }
    return options
  }

  private static func objects(
    _ text: RecordText, _ service: ObjectStorageOptions.Service, _ directory: String, _ report: Report
  ) -> ObjectStorageOptions {
    var options = ObjectStorageOptions()
    options.service = service
    if let value = text.value("endpoint", .url) { options.endpoint = value }
    if let value = text.value("region", word) { options.region = value }
    if let value = text.value("bucket", bucket) { options.bucket = value }
    if let value = text.value("prefix", prefix) { options.prefix = value }
    if let value = text.value("credentialsFile", file) {
      options.credentialsFile = value.hasPrefix("/") ? value : directory + value
    }
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

  // MARK: Writing

  private static func text(_ output: OutputSetting) -> RecordText {
    var values = ["name": [output.name], "type": [output.kind.rawValue]]
    func put<Value: Equatable>(_ field: String, _ value: Value, unless standard: Value) {
      if value != standard { values[field] = ["\(value)"] }
    }
    let shipping = ShipperOptions(name: "")
    put("from", output.shipping.start.rawValue, unless: shipping.start.rawValue)
    put("parallel", output.shipping.parallel, unless: shipping.parallel)
    switch output.destination {
    case .clickHouse(let options):
      let standard = ClickHouseOptions()
      values["urls"] = options.urls
      put("database", options.database, unless: standard.database)
      put("table", options.table, unless: standard.table)
      put("user", options.user, unless: standard.user)
      put("passwordFile", options.passwordFile, unless: standard.passwordFile)
      put("cluster", options.cluster, unless: standard.cluster)
      put("timeout", options.timeout, unless: standard.timeout)
    case .objects(let options):
      let standard = ObjectStorageOptions()
      put("endpoint", options.endpoint, unless: standard.endpoint)
      put("region", options.region, unless: standard.region)
      put("bucket", options.bucket, unless: standard.bucket)
      put("prefix", options.prefix, unless: standard.prefix)
      put("credentialsFile", options.credentialsFile, unless: standard.credentialsFile)
      put("profile", options.profile, unless: standard.profile)
      put("pathStyle", options.isPathStyle, unless: standard.isPathStyle)
      put("storageClass", options.storageClass, unless: standard.storageClass)
      put("encryption", options.encryption, unless: standard.encryption)
      put("encryptionKey", options.encryptionKey, unless: standard.encryptionKey)
      put("partSize", options.partLength, unless: standard.partLength)
      put("timeout", options.timeout, unless: standard.timeout)
    }
    return RecordText(values: values)
  }
}
