import Foundation
import Testing

/// Checks the attributes of the package's own tests in their sources: suites have names, and tests that need more than
/// CPU have tags that exclude them from `make test-fast`.
@Suite("Every suite has a name, and tags where it needs sockets or other programs")
struct SuiteAttributeTests {
  private struct Source: CustomTestStringConvertible, Sendable {
    /// Path relative to Tests.
    var path: String
    var text: String

    var testDescription: String { path }

    /// Returns each suite's name, and its attributes including preceding comments.
    var suites: [(name: String, attributes: Substring)] {
      text.matches(of: /(?m)^(?:  )?(?:final )?(?:struct|class|actor|enum) (\w+Tests)\b/).map { match in
        let before = text[..<match.range.lowerBound]
        let start = before.range(of: "\n\n", options: .backwards)?.upperBound ?? before.startIndex
        return (String(match.1), before[start...])
      }
    }
  }

  /// The files that contain tests.
  private static let sources: [Source] = {
    let root = PackageFiles.path("Tests")
    let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix("Tests.swift") }.sorted().compactMap { file in
      (try? String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)).map { Source(path: file, text: $0) }
    }
  }()

  @Test("A suite's name is a text of its own, not that of its type")
  func names() {
    #expect(Self.sources.count > 100)
    for source in Self.sources {
      let suites = source.suites
      #expect(!suites.isEmpty, "\(source.path) has no suite")
      for suite in suites {
        #expect(suite.attributes.contains(/@Suite\(\s*"/), "\(suite.name) of \(source.path) has no name")
      }
    }
  }

  @Test("Whatever has tags is left out of fast runs by them, before other conditions are looked at")
  func conditions() {
    for source in Self.sources where source.path != "CollectorTests/SuiteAttributeTests.swift" {
      let tags = source.text.matches(of: /\.tags\(/).count
      #expect(source.text.matches(of: /\.unlessFast\b/).count == tags, "\(source.path)")
      #expect(source.text.matches(of: /"\s*,\s+\.tags\([^()]*\),\s+\.unlessFast\b/).count == tags, "\(source.path)")
    }
  }

  @Test("Tests of whole programs have tags, and so have those that open sockets or ask other programs")
  func tags() {
    for source in Self.sources where source.path != "CollectorTests/SuiteAttributeTests.swift" {
      if source.path.hasPrefix("EndToEndTests/") {
        for suite in source.suites {
          #expect(suite.attributes.contains(".tags("), "\(suite.name) of \(source.path) has no tag")
        }
      }
      for (word, tag) in Self.needs where source.text.contains(word) {
        let isTagged = source.text.contains(tag)
        #expect(isTagged, "\(source.path) has \(word) and no tag \(tag)")
      }
    }
  }

  /// Source patterns of tests that need sockets or other programs, with the required tag.
  private static let needs = [
    ("UDPSocket(listening:", ".network"), ("LoopbackSocket(", ".network"), ("LoopbackConnection(", ".network"),
    ("Listener(", ".network"), ("ServiceManagerSocket(", ".network"), ("GatewayStub.run", ".network"),
    ("RunningCollector(", ".network"), ("isInstalled(", ".engine"),
    ("Python.tool", ".engine"), ("Readers.has", ".engine"), ("StoreReader.", ".engine"),
  ]
}
