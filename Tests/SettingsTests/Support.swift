import Foundation
import Settings
import TestSupport

/// Loads YAML text as a file, without other settings by default, as a program with Kafka support.
func load(
  _ yaml: String, environment: [String: String] = [:], overrides: [ConfigurationOverride] = [], hasKafka: Bool = true,
  verify: @escaping @Sendable (String, String) -> String? = { _, _ in nil }
) throws -> EffectiveConfiguration {
  let directory = try TemporaryFolder()
  return try CollectorConfiguration.load(
    file: directory.write(yaml, as: "c.yaml"), environment: environment, overrides: overrides, hasKafka: hasKafka,
    verify: verify)
}

/// Returns the errors of `load`, one line each, without the file's directory; empty if there are none.
func complaints(
  _ yaml: String, environment: [String: String] = [:], overrides: [ConfigurationOverride] = [], hasKafka: Bool = true,
  verify: @escaping @Sendable (String, String) -> String? = { _, _ in nil }
) throws -> [String] {
  do {
    _ = try load(yaml, environment: environment, overrides: overrides, hasKafka: hasKafka, verify: verify)
    return []
  } catch let error as ConfigurationError {
    return error.lines.map { line in
      line.range(of: "c.yaml").map { String(line[$0.lowerBound...]) } ?? line
    }
  }
}
