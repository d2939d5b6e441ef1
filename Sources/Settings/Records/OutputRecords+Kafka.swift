import FlowModel
import Kafka

// Outputs that send the rows of files as messages.

extension OutputRecords {
  // MARK: Forms of values

  private static let broker = ValueForm<String>.line("HOST:PORT, such as kafka1.example.com:9092") { text in
    guard let colon = text.lastIndex(of: ":") else { return false }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    let isHost = host.utf8.allSatisfy { (0x21...0x7e).contains($0) && !",/@\"'".utf8.contains($0) }
    return isHost && !host.isEmpty && (Quantity.integer(String(port)).map { (1...65_535).contains($0) } ?? false)
  }

  private static let topic = ValueForm<String>.line("a topic name of letters, digits, ., _ and -, at most 249") {
    (1...249).contains($0.utf8.count) && $0 != "." && $0 != ".."
      && $0.utf8.allSatisfy { octet in
        (0x61...0x7a).contains(octet | 0x20) || (0x30...0x39).contains(octet) || "-._".utf8.contains(octet)
      }
  }

  private static let mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
  private static let mechanism = ValueForm<String>(expected: "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512") { text in
    mechanisms.first { $0 == text.uppercased() }
  } text: {
    $0
  }

  private static let property = ValueForm<String>.line("NAME=VALUE, such as message.max.bytes=2000000") { text in
    Setting.pair(text).map { pair in
      !pair.name.isEmpty && pair.name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    } ?? false
  }

  private static let format = ValueForm<KafkaOptions.Format>.choice
  private static let partitioner = ValueForm<KafkaOptions.Partitioner>.choice
  private static let acks = ValueForm<KafkaOptions.Acknowledgements>.choice
  private static let compression = ValueForm<KafkaOptions.Compression>.choice
  private static let linger = ValueForm<Int>.integer(0...900_000)
  private static let queue = ValueForm<Int>.octets(1_000_000...(1 << 31))

  // MARK: Keys

  static let kafkaFields: [Field] = [
    .list("brokers", broker, "For kafka: bootstrap brokers."),
    .value("topic", topic, "For kafka; default flows."),
    .value("format", format, "For kafka: the format of messages; default protobuf."),
    .value(
      "live", .flag,
      "For kafka: send rows as they leave the cache, not only once their file is committed; default true."
    ),
    .value(
      "partitioner", partitioner,
      "For kafka: how the partition is chosen from the exporter's address; default murmur2_random."),
    .value("acks", acks, "For kafka: replicas that must have a message before it counts as delivered; default all."),
    .value(
      "idempotent", .flag,
      "For kafka with acks: all: brokers drop duplicates; default true."),
    .value("compression", compression, "For kafka; default lz4."),
    .value("linger", linger, "For kafka: milliseconds that a message waits for others; default 100."),
    .value("queue", queue, "For kafka: memory for messages in transit; default 64Mi."),
    .value("clientName", word, "For kafka: the client id in the brokers' logs and quotas; default sagflow."),
    .value("tls", .flag, "For kafka: encrypt connections and verify the brokers' certificates; default false."),
    .value("authorityFile", file, "For kafka with tls: certificates to trust; default: the system's."),
    .value("certificateFile", file, "For kafka with tls: a client certificate."),
    .value("keyFile", file, "For kafka with tls: its key."),
    .value("mechanism", mechanism, "For kafka: the SASL mechanism; default: no authentication."),
    .list("properties", property, "For kafka: further properties of librdkafka, without secrets."),
  ].map { ([.kafka], $0) }

  // MARK: Reading

  static func kafka(_ text: RecordText, _ directory: String, _ report: Report) -> KafkaOptions {
    var options = KafkaOptions()
    options.brokers = text.values["brokers"] ?? []
    if options.brokers.isEmpty { report("brokers", "expected at least one: \(broker.expected)") }
    if let value = text.value("topic", topic) { options.topic = value }
    if let value = text.value("format", format) { options.format = value }
    if let value = text.value("names", names) {
      if options.format != .json { report("names", "applies only to format: json; remove it") }
      options.names = value
    }
    if let value = text.value("live", .flag) { options.isLive = value }
    if let value = text.value("partitioner", partitioner) { options.partitioner = value }
    if let value = text.value("acks", acks) { options.acknowledgements = value }
    if let value = text.value("idempotent", .flag) {
      if value, options.acknowledgements != .all { report("idempotent", "requires acks: all; remove one of them") }
      options.isIdempotent = value
    }
    if let value = text.value("compression", compression) { options.compression = value }
    if let value = text.value("linger", linger) { options.linger = value }
    if let value = text.value("queue", queue) { options.maximumQueue = value }
    if let value = text.value("timeout", timeout) { options.timeout = value }
    if let value = text.value("clientName", word) { options.clientName = value }
    readEncryption(text, directory, into: &options, report)
    readUser(text, directory, into: &options, report)
    readProperties(text, into: &options, report)
    return options
  }

  private static func readEncryption(
    _ text: RecordText, _ directory: String, into options: inout KafkaOptions, _ report: Report
  ) {
    if let value = text.value("tls", .flag) { options.isEncrypted = value }
    if let value = path(text, "authorityFile", directory) { options.authorityFile = value }
    if let value = path(text, "certificateFile", directory) { options.certificateFile = value }
    if let value = path(text, "keyFile", directory) { options.keyFile = value }
    if !options.isEncrypted {
      for field in ["authorityFile", "certificateFile", "keyFile"] where text.values[field] != nil {
        report(field, "requires tls: true; add that, or remove it")
      }
    }
    if options.certificateFile.isEmpty != options.keyFile.isEmpty {
      report(
        options.keyFile.isEmpty ? "certificateFile" : "keyFile",
        "is without \(options.keyFile.isEmpty ? "keyFile" : "certificateFile"); name both, or neither")
    }
  }

  private static func readUser(
    _ text: RecordText, _ directory: String, into options: inout KafkaOptions, _ report: Report
  ) {
    if let value = text.value("mechanism", mechanism) { options.mechanism = value }
    if let value = text.value("user", word) { options.user = value }
    if let value = path(text, "passwordFile", directory) { options.passwordFile = value }
    if options.mechanism.isEmpty {
      for field in ["user", "passwordFile"] where text.values[field] != nil {
        report(field, "requires a mechanism: \(mechanism.expected)")
      }
    } else if options.user.isEmpty {
      report("mechanism", "requires a user; set it")
    }
  }

  private static func readProperties(_ text: RecordText, into options: inout KafkaOptions, _ report: Report) {
    for element in text.values["properties"] ?? [] {
      guard let pair = Setting.pair(element) else { continue }
      if options.properties.updateValue(pair.value, forKey: pair.name) != nil {
        report("properties", "expected no duplicates, found '\(pair.name)' twice")
      }
    }
    if let name = options.secretProperty {
      report(
        "properties", "'\(name)' is a secret, or may have one; remove it: keys and passwords are in files of their own")
    }
  }

  // MARK: Writing

  static func put(_ options: KafkaOptions, into text: inout RecordText) {
    let standard = KafkaOptions()
    text.values["brokers"] = options.brokers
    text.put("topic", options.topic, unless: standard.topic)
    text.put("format", options.format.rawValue, unless: standard.format.rawValue)
    text.put("names", options.names.rawValue, unless: standard.names.rawValue)
    text.put("live", options.isLive, unless: standard.isLive)
    text.put("partitioner", options.partitioner.rawValue, unless: standard.partitioner.rawValue)
    text.put("acks", options.acknowledgements.rawValue, unless: standard.acknowledgements.rawValue)
    text.put("idempotent", options.isIdempotent, unless: standard.isIdempotent)
    text.put("compression", options.compression.rawValue, unless: standard.compression.rawValue)
    text.put("linger", options.linger, unless: standard.linger)
    text.put("queue", options.maximumQueue, unless: standard.maximumQueue)
    text.put("timeout", options.timeout, unless: standard.timeout)
    text.put("clientName", options.clientName, unless: standard.clientName)
    text.put("tls", options.isEncrypted, unless: standard.isEncrypted)
    text.put("authorityFile", options.authorityFile, unless: standard.authorityFile)
    text.put("certificateFile", options.certificateFile, unless: standard.certificateFile)
    text.put("keyFile", options.keyFile, unless: standard.keyFile)
    text.put("mechanism", options.mechanism, unless: standard.mechanism)
    text.put("user", options.user, unless: standard.user)
    text.put("passwordFile", options.passwordFile, unless: standard.passwordFile)
    if !options.properties.isEmpty {
      text.values["properties"] = options.properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
  }
}
