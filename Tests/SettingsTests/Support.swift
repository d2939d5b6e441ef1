import Foundation
import Settings
import TestSupport

/// Loads a YAML text as a file, with nothing else said, as a program with Kafka does.
func load(
  _ yaml: String, environment: [String: String] = [:], overrides: [ConfigurationOverride] = [], hasKafka: Bool = true,
  verify: @escaping @Sendable (String, String) -> String? = { _, _ in nil }
) throws -> EffectiveConfiguration {
  let directory = try TemporaryFolder()
  return try CollectorConfiguration.load(
    file: directory.write(yaml, as: "c.yaml"), environment: environment, overrides: overrides, hasKafka: hasKafka,
    verify: verify)
}

/// What `load` finds wrong, one line each, the file's directory cut off; empty if nothing is.
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
