import Foundation
import TestSupport
import Testing

/// Instruction counts apply to one instruction set.
private enum Architecture {
  #if arch(x86_64)
    static let isX86 = true
  #else
    static let isX86 = false
  #endif
}

/// What records cost on their way from a capture to a committed file, in instructions and allocations: these repeat, where
/// times do not.
///
/// It is the difference between two captures of different lengths, so that starting the program does not count. A change that
/// needs a tenth more instructions, or an allocation for each datagram, fails here; one that needs less should update the file:
///
///     UPDATE_COSTS=1 swift test -c release --skip-build --filter CostTests
@Suite(
  "A record costs no more instructions and allocations than it did", .tags(.engine, .slow), .unlessFast, .serialized,
  .enabled(if: Architecture.isX86, "the known numbers are of another architecture"),
  .enabled(if: Tool.isInstalled("valgrind", "strip"), "valgrind or strip is missing"))
struct CostTests {
  private struct Cost {
    var instructions: Int
    var allocations: Int
  }

  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "costs.txt")
  private static let head = """
    # What records cost from a capture to a committed file: format, instructions a record, allocations of 1,000 records (CostTests).

    """
  private static let isUpdate = ProcessInfo.processInfo.environment["UPDATE_COSTS"] != nil
  /// Allocations of 1,000 records that depend on timing.
  private static let slack = 20
  private static let lengths = (short: 20_000, long: 80_000)

  @Test("from a capture to a committed file", arguments: [("v5", "5"), ("v9", "9"), ("ipfix", "10")])
  func replay(_ name: String, _ version: String) async throws {
    let folder = try TemporaryFolder()
    // Valgrind does not understand everything that Swift's compiler writes for debuggers.
    let program = folder.file("sagflow")
    let strip = try #require(Tool("strip"))
    _ = try await strip.run(["-g", "-o", program, Sagflow.path])
    let short = try await replayed(program, Self.lengths.short, version, folder)
    let long = try await replayed(program, Self.lengths.long, version, folder)
    let records = Self.lengths.long - Self.lengths.short
    let cost = Cost(
      instructions: (long.instructions - short.instructions) / records,
      allocations: (long.allocations - short.allocations) * 1000 / records)
    if Self.isUpdate { return try Self.update(name, cost) }
    let known = try #require(try Self.costs()[name], "costs.txt has no line for \(name)")
    // Buffers grow more often while the store falls behind; an allocation per datagram would be some 40 more.
    #expect(
      cost.instructions <= known.instructions * 11 / 10 && cost.allocations <= known.allocations + Self.slack,
      """
      a record of \(name) takes \(cost.instructions) instructions, and 1,000 take \(cost.allocations) allocations; it was \
      \(known.instructions) and \(known.allocations). If that is intended, update the numbers: \
      UPDATE_COSTS=1 swift test -c release --skip-build --filter CostTests
      """)
  }

  /// Costs of a whole replay, as valgrind counts them.
  private func replayed(
    _ program: String, _ flows: Int, _ version: String, _ folder: TemporaryFolder
  ) async throws -> Cost {
    let capture = folder.file("\(flows).pcap")
    let generated = try await Sagflow.run([
      "generate", "-o", capture, "--netflow-version", version, "--flows", "\(flows)", "--rate", "2000", "--seed", "1",
    ])
    #expect(generated.status == 0, "\(generated.errors)")
    let valgrind = try #require(Tool("valgrind"))
    let profile = folder.file("profile")
    let replayed = try await valgrind.outcome(
      [
        "--tool=callgrind", "--callgrind-out-file=\(profile)",
        program, "replay", capture, "-o", folder.file("flows-\(flows)"),
      ], environment: ["SWIFT_BACKTRACE": "enable=no", "SWIFT_DETERMINISTIC_HASHING": "1", "TZ": "UTC"])
    #expect(replayed.status == 0, "\(replayed.errors)")
    let total = try #require(replayed.errors.firstMatch(of: /I +refs: +([0-9,]+)/), "\(replayed.errors)")
    return Cost(
      instructions: try #require(Int(total.1.filter(\.isNumber))),
      allocations: Self.calls(of: "malloc", in: try String(contentsOfFile: profile, encoding: .utf8)))
  }

  /// Returns the number of calls of a function. In a profile, `cfn=(ID) NAME` precedes the calls of a function, with the name only
  /// where the ID occurs for the first time, also as `fn=(ID) NAME`.
  private static func calls(of function: String, in profile: String) -> Int {
    var id: Substring?
    var isCallee = false
    var count = 0
    for line in profile.split(separator: "\n") {
      if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
        let words = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
        if words.count == 2, words[1] == function { id = words[0] }
        isCallee = line.hasPrefix("c") && id != nil && words.first == id
      } else if isCallee, line.hasPrefix("calls=") {
        count += Int(line.dropFirst("calls=".count).prefix { $0 != " " }) ?? 0
      }
    }
    return count
  }

  private static func costs() throws -> [String: Cost] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      lines.compactMap { line in
        let words = line.split(separator: " ")
        guard words.count == 3, let instructions = Int(words[1]), let allocations = Int(words[2]) else { return nil }
        return (String(words[0]), Cost(instructions: instructions, allocations: allocations))
      }
    ) { $1 }
  }

  private static func update(_ name: String, _ cost: Cost) throws {
    var costs = try costs()
    costs[name] = cost
    let lines = costs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.instructions) \($0.value.allocations)\n" }
    try (head + lines.joined()).write(to: file, atomically: true, encoding: .utf8)
  }
}
