import Foundation
import TestSupport
import Testing

/// Runs the page's computing modules with Node: addresses, windows, filters, rates, layouts, texts.
@Suite(
  "The page's modules compute what they should", .tags(.engine), .unlessFast,
  .enabled(if: Node.isInstalled, "Node 18 or newer is not installed"))
struct PageScriptTests {
  @Test("Tests of a module pass", arguments: SourceFiles.names(in: "\(SourceFiles.root)/Tests/PageTests/JavaScript"))
  func module(name: String) async throws {
    let node = try #require(Tool("node"))
    var environment = ProcessInfo.processInfo.environment
    // Local times are tested in a zone other than UTC.
    environment["TZ"] = "Europe/Berlin"
    let outcome = try await node.outcome(
      ["--test", "\(SourceFiles.root)/Tests/PageTests/JavaScript/\(name)"], environment: environment)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("pass"), "no test ran")
  }
}
