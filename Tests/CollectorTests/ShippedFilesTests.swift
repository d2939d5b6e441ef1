import Collector
import Foundation
import Testing
import Yams

@Suite struct ShippedFilesTests {
  @Test("config/sagflow.yaml holds every key with its default and a line of comment")
  func shippedFile() throws {
    try expectText(of: "config/sagflow.yaml", ConfigurationSchema.document)
    let text = try PackageFiles.text("config/sagflow.yaml")
    let node = try #require(try Yams.compose(yaml: text))
    #expect(Set(leaves(node)) == Set(ConfigurationSchema.settings.map(\.key)))
    let loaded = try CollectorConfiguration.load(file: PackageFiles.path("config/sagflow.yaml"), environment: [:])
    #expect(loaded.values == CollectorConfiguration())
    #expect(ConfigurationSchema.settings.allSatisfy { loaded.origin(of: $0.key) != .standard })
  }

  @Test("each key of config/sagflow.yaml stands below a comment")
  func comments() throws {
    let lines = try PackageFiles.text("config/sagflow.yaml").split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    for (above, line) in zip(lines, lines.dropFirst()) where !line.hasPrefix("#") && line.contains(":") {
      #expect(above.hasPrefix("# "), "no comment above \(line)")
    }
    #expect(lines.allSatisfy { $0.count <= 120 })
  }

  @Test("docs/configuration.md lists every setting as the schema has it")
  func manual() throws {
    let text = try PackageFiles.text("docs/configuration.md")
    let begin = try #require(text.range(of: "<!-- settings -->\n"))
    let end = try #require(text.range(of: "<!-- end of settings -->\n"))
    try expectText(
      of: "docs/configuration.md",
      text[..<begin.upperBound] + ConfigurationSchema.manual + text[end.lowerBound...])
  }

  private func leaves(_ node: Node, prefix: String = "") -> [String] {
    guard let mapping = node.mapping, prefix != "exporters.samplingRates" else { return [prefix] }
    return mapping.flatMap { key, value in
      leaves(value, prefix: prefix.isEmpty ? key.string ?? "" : "\(prefix).\(key.string ?? "")")
    }
  }

  /// With UPDATE_SHIPPED_FILES in the environment the file is written instead (`make shipped-files`).
  private func expectText(of file: String, _ wanted: String) throws {
    if ProcessInfo.processInfo.environment["UPDATE_SHIPPED_FILES"] != nil {
      try wanted.write(toFile: PackageFiles.path(file), atomically: true, encoding: .utf8)
      return
    }
    let found = try PackageFiles.text(file).split(separator: "\n", omittingEmptySubsequences: false)
    let expected = wanted.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, (have, want)) in zip(found, expected).enumerated() where have != want {
      Issue.record("\(file):\(index + 1) is \"\(have)\", not \"\(want)\"")
      return
    }
    #expect(found.count == expected.count, "\(file) has \(found.count) lines, not \(expected.count)")
  }
}
