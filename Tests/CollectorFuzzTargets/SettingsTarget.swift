import Foundation
package import FuzzTargets
import Settings

extension FuzzTarget {
  /// Settings: a file is accepted, or refused with lines that name it. Its printed form is accepted again.
  package static let settings = FuzzTarget("settings", longest: 8192, seeds: { SettingsMaker.seeds }) {
    octets throws(FuzzViolation) in
    try load(octets)
    try load(SettingsMaker.file(octets))
  }

  private static func load(_ octets: [UInt8]) throws(FuzzViolation) {
    try ScratchFile.with(octets) { path throws(FuzzViolation) in
      do throws(ConfigurationError) {
        _ = try CollectorConfiguration.load(file: path, environment: [:])
      } catch {
        try FuzzViolation.check(!error.lines.isEmpty, "refused without a reason")
        for line in error.lines {
          try FuzzViolation.check(!line.contains("\n") && line.contains(path), "not a line with the file: \(line)")
        }
      }
    }
  }
}

/// Generates settings files from choices: the schema's keys with valid and invalid values.
private enum SettingsMaker {
  private static let keys = ConfigurationSchema.settings.map(\.key)
  private static let values = [
    "", "0", "1", "-1", "true", "5m", "300s", "1GiB", "18446744073709551616", "1e99", "[]", "{}", "[1, 2]", "{a: b}",
    "\"x\"",
    "'", "0.0.0.0:9995", "[::]:2055", "udp://127.0.0.1", "src_addr", "[src_addr, dst_port/24]", "any", "src prt",
    "null", "~",
    "&a [*a]", "*a", "!!binary aGk=", "|\n    text", ">-\n    folded", "2026-01-01", ".inf", "\t", "\u{7}", "流",
    "10.0.0.0/8",
    "{10.0.0.1: 100}", "[{type: s3, bucket: b}]", "[{name: a, filter: any, target: '127.0.0.1:1'}]", "0x10", "!x y",
    "- a",
  ]

  static func file(_ octets: [UInt8]) -> [UInt8] {
    var choices = Choices(octets)
    var lines: [String] = []
    while !choices.isEmpty, lines.count < 200 {
      let parts = choices.pick(keys).split(separator: ".")
      for (depth, part) in parts.enumerated() {
        let value = depth == parts.count - 1 || choices.isOne(in: 16) ? choices.pick(values) : ""
        let indent = String(repeating: choices.isOne(in: 32) ? "\t" : "  ", count: depth)
        lines.append("\(indent)\(part)\(choices.isOne(in: 32) ? "x" : ""): \(value)")
      }
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  static let seeds: [[UInt8]] = {
    let path = FuzzSeeds.root + "/config/sagflow.yaml"
    let shipped = (try? [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))) ?? []
    return [Array(shipped.prefix(8192)), Array("listen: ['[::]:9995']\nstore:\n  path: flows\n".utf8)]
  }()
}
