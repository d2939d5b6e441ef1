import Configuration

extension ConfigurationLayer {
  static let environmentPrefix = "SAGFLOW_"

  /// Returns whether a variable with the prefix is not a setting: those of tests, secrets of outputs, and those that
  /// Kubernetes sets for a Service named `sagflow` (`SAGFLOW_SERVICE_HOST`, `SAGFLOW_PORT_9995_UDP`, …).
  static func isForeign(variable name: String) -> Bool {
    ["SAGFLOW_PYTHON", "SAGFLOW_CLICKHOUSE_PASSWORD", "SAGFLOW_KAFKA_PASSWORD", "SAGFLOW_PORT"].contains(name)
      || name.hasPrefix("SAGFLOW_PORT_")
      || name.hasPrefix("SAGFLOW_SERVICE_")
  }

  /// Maps environment variables as swift-configuration does: `SAGFLOW_STORE_PATH` for `store.path`; elements of lists
  /// and maps are separated by commas.
  static func environmentProvider(_ environment: [String: String]) -> KeyMappingProvider<EnvironmentVariablesProvider> {
    EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "sagflow")
  }

  /// Reads the variables that are settings; reports all others with the prefix.
  init(environment: [String: String], verifier: Verifier) {
    let provider = Self.environmentProvider(environment)
    var known: Set<String> = []
    for setting in ConfigurationSchema.settings {
      if setting.shape == .records {
        let name = Self.variable(for: setting)
        known.insert(name)
        if environment[name] != nil {
          report("\(setting.key) is in the configuration file only; unset it", at: .environment(name))
        }
        continue
      }
      let type: ConfigType = setting.shape == .value ? .string : .stringArray
      // The provider never refuses text and lists of text; a missing key gives nil.
      guard let found = try? provider.value(forKey: AbsoluteConfigKey(setting.components), type: type) else { continue }
      known.insert(found.encodedKey)
      let origin = ConfigurationOrigin.environment(found.encodedKey)
      switch found.value?.content {
      case .string(let text): take([text], for: setting, at: origin, verifier: verifier)
      case .stringArray(let elements): take(elements, for: setting, at: origin, verifier: verifier)
      default: break
      }
    }
    for name in environment.keys.sorted() where name.hasPrefix(Self.environmentPrefix) {
      if known.contains(name) || Self.isForeign(variable: name) { continue }
      reportUnknown("variable", at: .environment(name), advice: "unset it") {
        ConfigurationSchema.nearest(to: name, among: known.sorted())
      }
    }
  }

  /// Returns the name of the variable that overrides a setting.
  static func variable(for setting: Setting) -> String {
    let found = try? environmentProvider([:]).value(forKey: AbsoluteConfigKey(setting.components), type: .string)
    return found?.encodedKey ?? ""
  }
}
