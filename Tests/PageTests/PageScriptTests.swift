import Foundation
import TestSupport
import Testing

/// The modules of the page that compute, run by Node: addresses, windows, filters, rates, layouts, texts.
@Suite(
  "The page's modules compute what they should", .tags(.engine), .unlessFast,
  .enabled(if: Node.isInstalled, "Node 18 or newer is not installed"))
struct PageScriptTests {
  @Test("Tests of a module pass", arguments: SourceFiles.names(in: "\(SourceFiles.root)/Tests/PageTests/JavaScript"))
  func module(name: String) async throws {
    let node = try #require(Tool("node"))
    var environment = ProcessInfo.processInfo.environment
    // A zone other than UTC, in which local times are expected.
    environment["TZ"] = "Europe/Berlin"
    let outcome = try await node.outcome(
      ["--test", "\(SourceFiles.root)/Tests/PageTests/JavaScript/\(name)"], environment: environment)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("pass"), "no test ran")
  }
}
