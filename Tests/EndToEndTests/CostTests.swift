import Foundation
import TestSupport
import Testing

/// Instructions are those of one instruction set.
private enum Architecture {
  #if arch(x86_64)
    static let isX86 = true
  #else
    static let isX86 = false
  #endif
}

/// What a record costs on its way from a capture to a committed file, in instructions: these repeat, where times do not.
///
/// It is the difference between two captures of different lengths, so that starting the program does not count. A change that
/// makes a record dearer by more than a tenth fails here; one that makes it cheaper should lower the numbers:
///
///     UPDATE_COSTS=1 swift test -c release --skip-build --filter CostTests
@Suite(
  "A record costs no more instructions than it did", .tags(.engine, .slow), .unlessFast, .serialized,
  .enabled(if: Architecture.isX86, "the known numbers are of another architecture"),
  .enabled(if: Tool.isInstalled("valgrind", "strip"), "valgrind or strip is missing"))
struct CostTests {
  /// `NAME INSTRUCTIONS` on each line: instructions for each record.
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "costs.txt")
  private static let isUpdate = ProcessInfo.processInfo.environment["UPDATE_COSTS"] != nil
  private static let lengths = (short: 20_000, long: 80_000)

  @Test("from a capture to a committed file", arguments: [("v5", "5"), ("v9", "9"), ("ipfix", "10")])
  func replay(_ name: String, _ version: String) async throws {
    let folder = try TemporaryFolder()
    // Valgrind does not understand all that Swift's compiler writes for debuggers.
    let program = folder.file("sagflow")
    let strip = try #require(Tool("strip"))
    _ = try await strip.run(["-g", "-o", program, Sagflow.path])
    let short = try await instructions(program, Self.lengths.short, version, folder)
    let long = try await instructions(program, Self.lengths.long, version, folder)
    let cost = (long - short) / (Self.lengths.long - Self.lengths.short)
    if Self.isUpdate { return try Self.update(name, cost) }
    let known = try #require(try Self.costs()[name], "costs.txt has no line of \(name)")
    #expect(
      cost <= known + known / 10,
      """
      a record of \(name) takes \(cost) instructions, \(known) before; \
      UPDATE_COSTS=1 swift test -c release --skip-build --filter CostTests writes the new number, if it is meant to be so
      """)
  }

  /// Instructions of a whole replay, as valgrind counts them.
  private func instructions(
    _ program: String, _ flows: Int, _ version: String, _ folder: TemporaryFolder
  ) async throws -> Int {
    let capture = folder.file("\(flows).pcap")
    let generated = try await Sagflow.run([
      "generate", "-o", capture, "--netflow-version", version, "--flows", "\(flows)", "--rate", "2000", "--seed", "1",
    ])
    #expect(generated.status == 0, "\(generated.errors)")
    let valgrind = try #require(Tool("valgrind"))
    let replayed = try await valgrind.outcome(
      [
        "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=\(folder.file("lines"))",
        program, "replay", capture, "-o", folder.file("flows-\(flows)"),
      ], environment: ["SWIFT_BACKTRACE": "enable=no", "SWIFT_DETERMINISTIC_HASHING": "1", "TZ": "UTC"])
    #expect(replayed.status == 0, "\(replayed.errors)")
    let total = try #require(replayed.errors.firstMatch(of: /I +refs: +([0-9,]+)/), "\(replayed.errors)")
    return try #require(Int(total.1.filter(\.isNumber)))
  }

  private static func costs() throws -> [String: Int] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      lines.compactMap { line in
        let words = line.split(separator: " ")
        return words.count == 2 ? Int(words[1]).map { (String(words[0]), $0) } : nil
      }
    ) { $1 }
  }

  private static func update(_ name: String, _ cost: Int) throws {
    var costs = try costs()
    costs[name] = cost
    let text = costs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    try ("# Instructions for each record, from a capture to a committed file: CostTests.\n" + text)
      .write(to: file, atomically: true, encoding: .utf8)
  }
}
