import Foundation
import TestSupport
import Testing

/// Tests `scripts/debian-packages` on a system with substitutes for Debian's tools.
@Suite("Installation of missing Debian packages")
struct DebianPackagesTests {
  private struct System {
    var installed: String
    var isRoot = true
    var hasSudo = false
    var isDebian = true
  }

  /// Returns the exit status, and the calls that would have changed the system.
  private func run(_ packages: [String], on system: System) async throws -> (status: Int32, calls: [String]) {
    let directory = try TemporaryFolder()
    let calls = directory.file("calls")
    func tool(_ name: String, _ body: String) throws {
      let path = try directory.write("#!/bin/bash\n\(body)\n", as: name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    if system.isDebian {
      try tool(
        "dpkg-query",
        "case ' \(system.installed) ' in *\" ${!#} \"*) printf installed;; *) printf config-files; exit 1;; esac")
    }
    try tool("id", "echo \(system.isRoot ? 0 : 1000)")
    try tool("apt-get", "echo \"apt-get $*\" >>'\(calls)'; cat >/dev/null")
    try tool("env", "shift; exec \"$@\"")
    if system.hasSudo { try tool("sudo", "echo sudo >>'\(calls)'; exec \"$@\"") }
    try tool("cat", "exec /bin/cat")
    let outcome = try await #require(Tool("/bin/bash")).outcome(
      [PackageFiles.path("scripts/debian-packages")] + packages, environment: ["PATH": directory.path])
    let text = (try? String(contentsOfFile: calls, encoding: .utf8)) ?? ""
    return (outcome.status, text.split(separator: "\n").map(String.init))
  }

  @Test("nothing is called when nothing is missing")
  func complete() async throws {
    let outcome = try await run(["git", "make"], on: System(installed: "make git", isRoot: false))
    #expect(outcome.status == 0)
    #expect(outcome.calls.isEmpty)
  }

  @Test("root installs what is missing and no more, after an update")
  func root() async throws {
    let outcome = try await run(["git", "make", "tshark"], on: System(installed: "make"))
    #expect(outcome.status == 0)
    #expect(
      outcome.calls == ["apt-get update -q", "apt-get install -q -y --no-install-recommends git tshark"])
  }

  @Test("others install through sudo")
  func sudo() async throws {
    let outcome = try await run(["git"], on: System(installed: "", isRoot: false, hasSudo: true))
    #expect(outcome.status == 0)
    #expect(
      outcome.calls == ["sudo", "apt-get update -q", "sudo", "apt-get install -q -y --no-install-recommends git"])
  }

  @Test("without the right to install it ends with status 77")
  func powerless() async throws {
    let outcome = try await run(["git"], on: System(installed: "", isRoot: false))
    #expect(outcome.status == 77)
    #expect(outcome.calls.isEmpty)
  }

  @Test("another system than Debian is left alone")
  func foreign() async throws {
    let outcome = try await run(["git"], on: System(installed: "", isDebian: false))
    #expect(outcome.status == 0)
    #expect(outcome.calls.isEmpty)
  }
}
