import FlowLines
import FlowText
import ObjectStorage
import Shipping

/// The list `outputs`.
enum OutputRecords {
  // MARK: Forms of values

  static let word = ValueForm<String>.line("a word without spaces and quotes") { text in
    text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"'`\\".utf8.contains($0) }
  }
  static let file = ValueForm<String>.line("the path of a file")
  static let timeout = ValueForm<Int>.seconds(1...86_400)
  private static let kind = ValueForm<OutputSetting.Kind>.choice
  private static let start = ValueForm<ShipperOptions.Start>.choice
  private static let parallel = ValueForm<Int>.integer(1...64)

  // MARK: The list

  /// A key, and the types that have it.
  typealias Field = (kinds: Set<OutputSetting.Kind>, field: RecordField)

  static let outputs = RecordForm(
    fields: fields.map(\.field),
    apply: { texts, directory, configuration in
      var outputs: [ConfiguredOutput] = []
      var problems = RecordForm.apply(texts, to: &outputs) { output($0, directory, $1) }
      problems = (problems + samePaths(texts)).sorted { $0.index < $1.index }
      guard problems.isEmpty else { return problems }
      configuration.live.outputs = outputs.compactMap(\.files)
      configuration.lines = outputs.compactMap(\.lines)
      return []
    },
    texts: { $0.live.outputs.map(text) + $0.lines.map(text) })

  private static let fields: [Field] =
    commonFields + accessFields + clickHouseFields + objectFields + kafkaFields + lineFields

  private static let commonFields: [Field] = [
    (all, .value("name", .recordName, isRequired: true, "Unique among outputs; the cursor has this name, too.")),
    (all, .value("type", kind, isRequired: true, "The destination of files, or the format of lines.")),
    (shipped, .value("from", start, "The file with which a new output begins; default oldest.")),
    (
      shipped.subtracting([.kafka]),
      .value("parallel", parallel, "Files in transit at a time; default 2. For kafka always one.")
    ),
    (
      shipped,
      .value(
        "timeout", timeout,
        "Timeout for a file or a part of it, default 5m; for kafka for a row, default 1m."
      )
    ),
  ]

  private static let all = Set(OutputSetting.Kind.allCases)
  private static let shipped = all.filter { !$0.isOfLines }

  private static let accessFields: [Field] = [
    (
      [.clickhouse, .kafka],
      .value("user", word, "For clickhouse, default `default`; for kafka, required with a mechanism.")
    ),
    (
      [.clickhouse, .kafka],
      .value(
        "passwordFile", file,
        "For clickhouse and kafka: the file with the password; default: SAGFLOW_CLICKHOUSE_PASSWORD or SAGFLOW_KAFKA_PASSWORD."
      )
    ),
  ]

  // MARK: Reading

  typealias Report = (String?, String) -> Void

  private static func output(_ text: RecordText, _ directory: String, _ report: Report) -> ConfiguredOutput? {
    guard let kind = text.value("type", kind) else { return nil }
    for (kinds, field) in fields where !kinds.contains(kind) && text.values[field.name] != nil {
      report(field.name, "does not apply to type \(kind.rawValue); remove it")
    }
    let name = text.value("name", .recordName) ?? ""
    var shipping = ShipperOptions(name: name)
    if let value = text.value("from", start) { shipping.start = value }
    shipping.parallel = text.value("parallel", parallel) ?? standardParallel(kind)
    switch kind {
    case .clickhouse: return .files(OutputSetting(shipping, .clickHouse(clickHouse(text, directory, report))))
    case .s3: return .files(OutputSetting(shipping, .objects(objects(text, .s3, directory, report))))
    case .oss: return .files(OutputSetting(shipping, .objects(objects(text, .oss, directory, report))))
    case .kafka: return .files(OutputSetting(shipping, .kafka(kafka(text, directory, report))))
    case .jsonl: return .lines(LineSetting(name: name, lines(text, .json, report)))
    case .csv: return .lines(LineSetting(name: name, lines(text, .csv, report)))
    }
  }

  /// Rows for a topic are sent one file after the other.
  private static func standardParallel(_ kind: OutputSetting.Kind) -> Int {
    kind == .kafka ? 1 : ShipperOptions(name: "").parallel
  }

  /// Returns the path of a file named in the configuration, resolved against the configuration's directory.
  static func path(_ text: RecordText, _ field: String, _ directory: String) -> String? {
    text.value(field, file).map { $0.hasPrefix("/") ? $0 : directory + $0 }
  }

  /// Reports outputs of a type that this program does not support.
  ///
  /// - Parameter reason: why, and what to do.
  static func unavailable(
    _ kind: OutputSetting.Kind, _ reason: String, in layer: ConfigurationLayer
  ) -> [ConfigurationProblem] {
    guard let setting = ConfigurationSchema.setting("outputs") else { return [] }
    return (layer.records[setting.key] ?? []).enumerated().compactMap { index, record in
      guard record.text.value("type", self.kind) == kind else { return nil }
      return ConfigurationProblem(
        origin: record.place("type"), key: ConfigurationLayer.key(setting, index, "type"), message: reason)
    }
  }

  // MARK: Writing

  private static func text(_ output: OutputSetting) -> RecordText {
    var text = RecordText(values: ["name": [output.name], "type": [output.kind.rawValue]])
    text.put("from", output.shipping.start.rawValue, unless: ShipperOptions(name: "").start.rawValue)
    text.put("parallel", output.shipping.parallel, unless: standardParallel(output.kind))
    switch output.destination {
    case .clickHouse(let options): put(options, into: &text)
    case .objects(let options): put(options, into: &text)
    case .kafka(let options): put(options, into: &text)
    }
    return text
  }
}

extension RecordText {
  /// Sets a field unless it has its default.
  mutating func put<Value: Equatable>(_ field: String, _ value: Value, unless standard: Value) {
    if value != standard { values[field] = ["\(value)"] }
  }
}
