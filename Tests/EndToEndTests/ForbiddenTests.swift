import Foundation
import TestSupport
import Testing

private enum Guest {
  /// Runs a command as a user who owns nothing, because root may read everything.
  static let launcher =
    geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : []

  static let isPossible: Bool = {
    guard let first = launcher.first else { return true }
    guard FileManager.default.isExecutableFile(atPath: first) else { return false }
    return (try? Tool(first)?.runBriefly(launcher.dropFirst() + ["/bin/true"])) != nil
  }()
}

@Suite(
  "a store that a user may not read in part, or at all", .tags(.slow), .unlessFast,
  .enabled(if: Guest.isPossible, "root is root"))
final class ForbiddenTests {
  private let folder: TemporaryFolder
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    // Other users may not have access to the build folder.
    program = folder.path + "/sagflow"
    try FileManager.default.copyItem(atPath: Sagflow.path, toPath: program)
    try Self.allow(0o755, folder.path)
  }

  private static func allow(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  private func ask(_ arguments: [String]) async throws -> Outcome {
    let words = Guest.launcher + [program] + arguments
    return try await RunningProgram(words[0], Array(words.dropFirst()), directory: "/").end()
  }

  /// Creates a store with one flow in each of some hours, on one day.
  private func makeStore(hours: Int) async throws -> String {
    let midnight: Int64 = 1_767_225_600_000
    let store = folder.path + "/flows"
    var capture = ExportCapture(start: midnight)
    for hour in 0..<hours { capture.send(ExportedFlow(octets: 1 << UInt32(hour)), after: Double(hour) * 3600 + 600) }
    try await Sagflow.replay([folder.write(capture.octets, as: "a.pcap")], into: store)
    return store
  }

  private func hour(_ store: String, _ number: Int) -> String {
    "\(store)/date=2026-01-01/hour=\(number < 10 ? "0" : "")\(number)"
  }

  @Test("what can be read is answered, the rest is named, and the exit status is 65")
  func someHours() async throws {
    let store = try await makeStore(hours: 3)
    try Self.allow(0, hour(store, 1))
    for command in [["query", "--count", "--format", "csv"], ["top", "--format", "csv"]] {
      let outcome = try await ask(command + ["-r", store])
      #expect(outcome.status == 65)
      #expect(outcome.output.contains(",5,"), "\(outcome.output)")
      #expect(
        outcome.errorLines.first == "sagflow: \(hour(store, 1)): cannot be read: Permission denied; it was left out")
      let advice = try #require(outcome.errorLines.last)
      #expect(advice.contains("permission denied"), "\(advice)")
      #expect(advice.contains("usermod -aG sagflow "), "\(advice)")
    }
    // No readable flows in the window does not mean that there are none.
    let elsewhere = try await ask(["query", "--count", "-t", "2025-01-01", "-r", store])
    #expect(elsewhere.status == 65)
    #expect(elsewhere.errors.contains("hour=01"))
    let strict = try await ask(["top", "--strict", "-r", store])
    #expect(strict.status == 65)
    #expect(strict.output == "")
    #expect(strict.errors.contains("hour=01"))
    try Self.allow(0o755, hour(store, 1))
    #expect(try await ask(["top", "-r", store]).status == 0)
  }

  @Test("of many, the first few are named and all are counted")
  func many() async throws {
    let store = try await makeStore(hours: 12)
    for number in 2..<12 { try Self.allow(0, hour(store, number)) }
    let outcome = try await ask(["query", "--count", "--format", "csv", "-r", store])
    #expect(outcome.status == 65)
    #expect(outcome.output.contains("2,2,3,"), "\(outcome.output)")
    #expect(outcome.errorLines.count { $0.contains("cannot be read") } == 5)
    #expect(outcome.errors.contains("10 files and directories in total could not be read"), "\(outcome.errors)")
    for number in 2..<12 { try Self.allow(0o755, hour(store, number)) }
  }

  @Test("a file, and a store, that may not be read", arguments: [false, true])
  func closed(isStore: Bool) async throws {
    let store = try await makeStore(hours: 1)
    let file = try #require(
      (FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []).first {
        $0.hasSuffix(".parquet")
      })
    let path = isStore ? store : "\(store)/\(file)"
    try Self.allow(0, path)
    let outcome = try await ask(["top", "-r", store])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("sagflow: \(path): cannot be read: Permission denied"))
    #expect(outcome.errors.contains("usermod -aG"))
    if isStore { #expect(outcome.output == "") }
    let inside = try await ask(["top", "-r", "\(path)/date=2026-01-01"])
    #expect(inside.status == (isStore ? 65 : 66), "\(inside.errors)")
    try Self.allow(0o755, path)
  }
}
