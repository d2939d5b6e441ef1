import Configuration
public import Kafka
import Synchronization

/// A valid configuration and the origin of each value.
public struct EffectiveConfiguration: Sendable {
  public var values: CollectorConfiguration
  private var origins: [String: ConfigurationOrigin]

  init(values: CollectorConfiguration, origins: [String: ConfigurationOrigin]) {
    self.values = values
    self.origins = origins
  }

  /// Returns the origin of a setting's value.
  public func origin(of key: String) -> ConfigurationOrigin { origins[key] ?? .standard }
}

extension CollectorConfiguration {
  /// Reads the configuration. Precedence, highest first: options, environment variables, file, defaults.
  ///
  /// Finds all errors in all sources, even those that a higher source overrides.
  ///
  /// - Parameters:
  ///   - file: A YAML file, or nil for none. An empty file is valid.
  ///   - environment: The process's environment; variables that begin with `SAGFLOW_` are settings.
  ///   - overrides: Options of the command line.
  ///   - hasKafka: Whether the program supports Kafka; if not, outputs of this type are errors.
  ///   - verify: Returns what was expected if an element is invalid although the schema accepts it (such as an unknown
  ///     column of the store), otherwise nil.
  /// - Throws: `ConfigurationError.invalid` with all problems, or why the file cannot be read.
  public static func load(
    file: String?, environment: [String: String], overrides: [ConfigurationOverride] = [],
    hasKafka: Bool = KafkaDestination.isAvailable,
    verify: @escaping @Sendable (_ key: String, _ element: String) -> String? = { _, _ in nil }
  ) throws(ConfigurationError) -> EffectiveConfiguration {
    var fileLayer = ConfigurationLayer()
    if let file { fileLayer = try ConfigurationLayer(file: file, verifier: verify) }
    let variables = ConfigurationLayer(environment: environment, verifier: verify)
    let options = ConfigurationLayer(overrides: overrides, verifier: verify)
    let problems = fileLayer.problems + variables.problems + options.problems
    guard problems.isEmpty else { throw .invalid(problems) }

    // Highest precedence first, as ConfigReader expects.
    let layers = [options, variables, fileLayer]
    let witness = SourceWitness()
    let reader = ConfigReader(
      providers: [
        options.provider(named: "options"), ConfigurationLayer.environmentProvider(environment),
        fileLayer.provider(named: "file"),
      ],
      accessReporter: witness)
    var values = CollectorConfiguration()
    var origins: [String: ConfigurationOrigin] = [:]
    var wrong = hasKafka ? [] : OutputRecords.unavailable(.kafka, KafkaDestination.unavailable, in: fileLayer)
    for setting in ConfigurationSchema.settings {
      if let form = setting.form {
        wrong += fileLayer.apply(setting, form, to: &values)
        origins[setting.key] = fileLayer.origins[setting.key]
        continue
      }
      guard let elements = setting.elements(from: reader) else { continue }
      if let source = witness.source(of: setting.key) { origins[setting.key] = layers[source].origins[setting.key] }
      let origin = origins[setting.key] ?? .standard
      guard let message = setting.apply(elements, origin.directory, &values) else { continue }
      wrong.append(ConfigurationProblem(origin: origin, key: setting.key, message: message))
    }
    try checkAgreement(of: values, origins, wrong)
    return EffectiveConfiguration(values: values, origins: origins)
  }

  private static func checkAgreement(
    of values: CollectorConfiguration, _ origins: [String: ConfigurationOrigin], _ wrong: [ConfigurationProblem]
  ) throws(ConfigurationError) {
    var problems = wrong
    problems += ConfigurationSchema.disagreements(in: values).map { keys, message in
      // Reports the setting from the source with the highest precedence.
      let key = keys.max { strength(origins[$0]) < strength(origins[$1]) } ?? ""
      return ConfigurationProblem(origin: origins[key] ?? .standard, key: key, message: message)
    }
    if !problems.isEmpty { throw .invalid(problems) }
  }

  private static func strength(_ origin: ConfigurationOrigin?) -> Int {
    switch origin {
    case nil, .standard: 0
    case .file: 1
    case .environment: 2
    case .option: 3
    }
  }
}

extension Setting {
  fileprivate func elements(from reader: ConfigReader) -> [String]? {
    let configKey = ConfigKey(components)
    return shape == .value ? reader.string(forKey: configKey).map { [$0] } : reader.stringArray(forKey: configKey)
  }
}

/// Records which provider each value came from.
private final class SourceWitness: AccessReporter {
  private let sources = Mutex<[String: Int]>([:])

  func report(_ event: AccessEvent) {
    // Providers are queried in order until one has the value.
    guard case .success(.some) = event.result else { return }
    sources.withLock { $0[event.metadata.key.description] = event.providerResults.count - 1 }
  }

  func source(of key: String) -> Int? { sources.withLock { $0[key] } }
}
