import Foundation
import TestSupport
import Testing

/// A condition in the filter language, and the same in SQL.
private struct Condition {
  var filter: String
  var sql: String

  /// Returns a random condition over values in the store.
  ///
  /// - Parameter samples: rows of the store, by column.
  static func random(_ random: inout SeededGenerator, _ samples: [[String: String]], depth: Int = 0) -> Condition {
    switch depth < 3 ? random.below(6) : 5 {
    case 0:
      let sides = (0...1).map { _ in Self.random(&random, samples, depth: depth + 1) }
      return Condition(
        filter: "(\(sides[0].filter) and \(sides[1].filter))", sql: "(\(sides[0].sql) AND \(sides[1].sql))")
    case 1:
      let sides = (0...1).map { _ in Self.random(&random, samples, depth: depth + 1) }
      return Condition(
        filter: "(\(sides[0].filter) or \(sides[1].filter))", sql: "(\(sides[0].sql) OR \(sides[1].sql))")
    case 2:
      let inner = Self.random(&random, samples, depth: depth + 1)
      return Condition(filter: "not \(inner.filter)", sql: "(NOT \(inner.sql))")
    default: return term(&random, samples[random.below(samples.count)])
    }
  }

  private static func term(_ random: inout SeededGenerator, _ sample: [String: String]) -> Condition {
    let side = random.below(3)
    let word = ["", "src ", "dst "][side]
    func either(_ source: String, _ destination: String, _ test: (String) -> String) -> String {
      side == 1 ? test(source) : side == 2 ? test(destination) : "(\(test(source)) OR \(test(destination)))"
    }
    let comparison = ["=", "<", ">", "<=", ">="][random.below(5)]
    switch random.below(12) {
    case 0: return Condition(filter: "proto \(sample["proto"] ?? "6")", sql: "proto = \(sample["proto"] ?? "6")")
    case 1:
      let port = sample["dst_port"] ?? "80"
      return Condition(
        filter: "\(word)port \(comparison) \(port)",
        sql: either("src_port", "dst_port") { "\($0) \(comparison) \(port)" })
    case 2:
      let ports = [sample["src_port"] ?? "1", sample["dst_port"] ?? "2", "443"]
      return Condition(
        filter: "\(word)port in [\(ports.joined(separator: " "))]",
        sql: either("src_port", "dst_port") { "\($0) IN (\(ports.joined(separator: ",")))" })
    case 3:
      let address = sample["src_addr"] ?? "10.0.0.1"
      return Condition(filter: "\(word)ip \(address)", sql: either("src_addr", "dst_addr") { "\($0) = '\(address)'" })
    case 4, 5:
      let length = 1 + random.below(32)
      guard let address = sample["dst_addr"], !address.contains(":") else { fallthrough }
      let number = address.split(separator: ".").reduce(0) { $0 << 8 | (Int($1) ?? 0) }
      let low = (number >> (32 - length)) << (32 - length)
      return Condition(
        filter: "\(word)net \(address)/\(length)",
        sql: either("src_addr", "dst_addr") {
          "coalesce(v4(\($0)) BETWEEN \(low) AND \(low + (1 << (32 - length)) - 1), false)"
        })
    case 6:
      let isV4 = random.below(2) == 0
      return Condition(filter: isV4 ? "ipv4" : "ipv6", sql: "\(isV4 ? "NOT " : "")contains(src_addr, ':')")
    case 7:
      return Condition(
        filter: "bytes \(comparison) \(sample["bytes"] ?? "1")", sql: "bytes \(comparison) \(sample["bytes"] ?? "1")")
    case 8:
      return Condition(
        filter: "packets \(comparison) \(sample["packets"] ?? "1")",
        sql: "packets \(comparison) \(sample["packets"] ?? "1")")
    case 9:
      let flags: [(String, Int)] = [("S", 2), ("SA", 18), ("R", 4), ("F", 1), ("AP", 24)]
      let (letters, bits) = flags[random.below(flags.count)]
      return Condition(filter: "flags \(letters)", sql: "(tcp_flags & \(bits)) = \(bits)")
    case 10:
      let rate = ["duration", "bps", "pps", "bpp"][random.below(4)]
      let value = [1, 100, 5000, 1_000_000][random.below(4)]
      let terms = [
        "duration": "duration", "bps": "CASE WHEN duration = 0 THEN 0 ELSE bytes * 8000 // duration END",
        "pps": "CASE WHEN duration = 0 THEN 0 ELSE packets * 1000 // duration END",
        "bpp": "CASE WHEN packets = 0 THEN 0 ELSE bytes // packets END",
      ]
      return Condition(filter: "\(rate) \(comparison) \(value)", sql: "(\(terms[rate] ?? "")) \(comparison) \(value)")
    default:
      let column = [
        ("in if", "in_if"), ("out if", "out_if"), ("tos", "ip_tos"), ("observation domain id", "observation_domain_id"),
      ][random.below(4)]
      let value = sample[column.1] ?? "0"
      return Condition(filter: "\(column.0) \(comparison) \(value)", sql: "\(column.1) \(comparison) \(value)")
    }
  }
}

@Suite(
  "top and query answer as DuckDB does over the same files", .tags(.engine, .slow), .unlessFast, .serialized,
  LargeStore(),
  .enabled(if: StoreReader.areInstalled, "python3 with duckdb, pytz and pyarrow is missing"))
struct AskTests {
  /// Returns the answers to SQL queries.
  private static func ask(_ questions: [String]) async throws -> [[[String]]] {
    let folder = try TemporaryFolder()
    let lines = try questions.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) + "\n" }
    let input = try folder.write(Array(lines.joined().utf8), as: "questions")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("ask.py").path
    let python = try #require(Tool.python)
    let outcome = try await RunningProgram(python.path, [script, LargeStore.path], input: input).end(within: 600)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.lines.map { try JSONDecoder().decode([[String]].self, from: Data($0.utf8)) }
  }

  private static let sampled = [
    "proto", "src_addr", "dst_addr", "src_port", "dst_port", "bytes", "packets", "in_if", "out_if", "ip_tos",
    "observation_domain_id",
  ]

  private static func samples() async throws -> [[String: String]] {
    let rows = try await ask([
      "SELECT \(sampled.joined(separator: ", ")) FROM flows ORDER BY hash(src_addr, dst_addr, src_port, time_start) LIMIT 300"
    ])
    return rows[0].map { Dictionary(uniqueKeysWithValues: zip(sampled, $0)) }
  }

  /// Returns lines of CSV without the header, sorted.
  private static func rows(_ outcome: Outcome) -> [[String]] {
    outcome.lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private static let keys: [(key: String, sql: [String])] = [
    ("src_addr", ["src_addr"]), ("dst_port", ["dst_port"]), ("proto,ip_tos", ["proto", "ip_tos"]),
    ("record", ["proto", "src_addr", "src_port", "dst_addr", "dst_port"]),
    ("flow_type,exporter_addr", ["flow_type", "exporter_addr"]),
    ("src_addr,dst_addr", ["src_addr", "dst_addr"]),
    ("in_if,out_if,observation_domain_id", ["in_if", "out_if", "observation_domain_id"]),
    ("direction,tcp_flags", ["coalesce(direction, '')", "tcp_flags"]), ("sampling_rate", ["sampling_rate"]),
  ]

  @Test("sums by random keys under random filters")
  func sums() async throws {
    let seed = runSeed("SAGFLOW_ASK_SEED")
    var random = SeededGenerator(seed: seed)
    let samples = try await Self.samples()
    var asked: [(arguments: [String], sql: String)] = []
    for _ in 0..<24 {
      let condition = Condition.random(&random, samples)
      let (key, columns) = Self.keys[random.below(Self.keys.count)]
      asked.append(
        (
          ["top", "-r", LargeStore.path, "--by", key, "-n", String(Self.limit), "--format", "csv", condition.filter],
          """
          SELECT \(columns.joined(separator: ", ")), count(*), sum(packets)::HUGEINT, sum(bytes)::HUGEINT AS b
          FROM flows WHERE \(condition.sql) GROUP BY ALL
          """
        ))
    }
    // Prefixes, both ends, both directions, and raw counters.
    asked.append(
      (
        ["top", "-r", LargeStore.path, "--by", "src_addr/20", "-n", String(Self.limit), "--format", "csv", "ipv4"],
        "SELECT dotted(v4(src_addr) // 4096 * 4096) || '/20', count(*), sum(packets), sum(bytes) AS b FROM flows WHERE NOT contains(src_addr, ':') GROUP BY 1"
      ))
    asked.append(
      (
        ["top", "-r", LargeStore.path, "--by", "talkers", "-n", String(Self.limit), "--format", "csv"],
        "SELECT a, count(*), sum(packets), sum(bytes) AS b FROM (SELECT src_addr AS a, packets, bytes FROM flows UNION ALL SELECT dst_addr, packets, bytes FROM flows WHERE dst_addr <> src_addr) GROUP BY 1"
      ))
    asked.append(
      (
        [
          "top", "-r", LargeStore.path, "--by", "src_port,dst_port", "--bidirectional", "-n", String(Self.limit),
          "--format",
          "csv",
        ],
        "SELECT least(src_port, dst_port), greatest(src_port, dst_port), count(*), sum(packets), sum(bytes) AS b FROM flows GROUP BY 1, 2"
      ))
    asked.append(
      (
        ["top", "-r", LargeStore.path, "--by", "proto", "-n", String(Self.limit), "--format", "csv", "--no-scale"],
        "SELECT proto, count(*), sum(packets // sampling_rate), sum(bytes // sampling_rate) AS b FROM flows GROUP BY 1"
      ))
    // Compares the first thousand rows of each answer; of rows tied with the thousandth, only the sort key.
    let ordered = asked.map { question in
      "SELECT * FROM (\(question.sql)) ORDER BY b DESC LIMIT \(Self.limit)"
    }
    let wanted = try await Self.ask(ordered)
    for (index, question) in asked.enumerated() {
      let outcome = try await Sagflow.run(question.arguments)
      #expect(outcome.status == 0, "seed \(seed): \(question.arguments): \(outcome.errors)")
      // Rates follow the sums.
      let found = Self.rows(outcome).map { Array($0.dropLast(2)) }
      let context = "seed \(seed), \(question.arguments.dropFirst(3).joined(separator: " "))"
      #expect(found.map(\.last) == wanted[index].map(\.last), "\(context)")
      let least = found.count == Self.limit ? found.last?.last : nil
      let (ours, theirs) = (
        Set(found.filter { $0.last != least }), Set(wanted[index].filter { $0.last != least })
      )
      #expect(
        ours == theirs,
        "\(context): only ours: \(Array(ours.subtracting(theirs)).prefix(3)); only theirs: \(Array(theirs.subtracting(ours)).prefix(3))"
      )
    }
  }

  private static let limit = 1000

  @Test("the first of the groups, by each statistic")
  func order() async throws {
    let statistics = [("bytes", 3), ("packets", 2), ("flows", 1), ("bps", 3), ("pps", 2)]
    let wanted = try await Self.ask(
      ["count(*)", "sum(packets)", "sum(bytes)"].map {
        "SELECT \($0)::HUGEINT AS s FROM flows GROUP BY src_addr ORDER BY s DESC LIMIT 7"
      })
    for (statistic, place) in statistics {
      let outcome = try await Sagflow.run([
        "top", "-r", LargeStore.path, "--sort", statistic, "-n", "7", "--format", "csv",
      ])
      #expect(Self.rows(outcome).map { $0[place] } == wanted[place - 1].map { $0[0] }, "\(statistic)")
    }
  }

  @Test("the flows themselves, in columns, in order, and in windows")
  func rows() async throws {
    let range = try await Self.ask(["SELECT epoch_ms(min(time_start)), epoch_ms(max(time_end)) FROM flows"])[0][0]
      .compactMap { Int64($0) }
    try #require(range.count == 2)
    // The middle third.
    let (from, to) = (range[0] + (range[1] - range[0]) / 3, range[0] + (range[1] - range[0]) * 2 / 3)
    func time(_ milliseconds: Int64) -> String {
      String(Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601).dropLast())
    }
    let window = "\(time(from))..\(time(to))"
    let overlaps = "epoch_ms(time_start) < \(to / 1000 * 1000) AND epoch_ms(time_end) >= \(from / 1000 * 1000)"
    // Spread evenly over the milliseconds of the flow, rounded down at both ends of the window.
    func share(_ column: String) -> String {
      let (start, length) = (
        "epoch_ms(time_start)", "greatest(1, epoch_ms(time_end) - epoch_ms(time_start))"
      )
      func before(_ time: Int64) -> String {
        "\(column)::HUGEINT * least(greatest(\(time) - \(start), 0), \(length)) // \(length)"
      }
      return "sum(\(before(to / 1000 * 1000)) - \(before(from / 1000 * 1000)))"
    }
    let wanted = try await Self.ask([
      "SELECT src_addr, dst_port, bytes FROM flows WHERE \(overlaps) AND dst_port = 443",
      "SELECT bytes FROM flows WHERE proto = 17 ORDER BY bytes DESC LIMIT 50",
      "SELECT strftime(time_start, '%Y-%m-%dT%H:%M:%S.%g') || 'Z' FROM flows ORDER BY time_start LIMIT 50",
      "SELECT count(*), sum(packets), sum(bytes) FROM flows WHERE \(overlaps)",
      "SELECT strftime(time_bucket(INTERVAL 5 SECOND, time_start), '%Y-%m-%dT%H:%M:%S') || '.000Z' AS t, count(*), sum(packets), sum(bytes) FROM flows GROUP BY 1 ORDER BY 1",
      "SELECT count(*), \(share("packets")), \(share("bytes")) FROM flows WHERE \(overlaps)",
      "SELECT src_addr, count(*), \(share("packets")), \(share("bytes")) AS b FROM flows WHERE \(overlaps) GROUP BY 1 ORDER BY b DESC LIMIT 20",
    ])
    func query(_ arguments: [String]) async throws -> [[String]] {
      let outcome = try await Sagflow.run(["query", "-r", LargeStore.path, "--format", "csv"] + arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return Self.rows(outcome)
    }
    let flows = try await query(["--columns", "src_addr,dst_port,bytes", "-t", window, "dst port 443"])
    #expect(flows.sorted { $0.lexicographicallyPrecedes($1) } == wanted[0].sorted { $0.lexicographicallyPrecedes($1) })
    #expect(try await query(["--columns", "bytes", "--sort", "bytes", "-n", "50", "proto", "udp"]) == wanted[1])
    #expect(try await query(["--columns", "time_start", "--sort", "time_start", "-n", "50"]) == wanted[2])
    #expect(try await query(["--count", "-t", window, "--whole"]).map { Array($0.prefix(3)) } == wanted[3])
    #expect(try await query(["--count", "-t", window]).map { Array($0.prefix(3)) } == wanted[5])
    let top = try await Sagflow.run(["top", "-r", LargeStore.path, "-n", "20", "-t", window, "--format", "csv"])
    #expect(Self.rows(top).map { Array($0.prefix(4)) } == wanted[6])
    // The bins of a window add up to it.
    let parts = try await query(["--bin", "7s", "-t", window]).map {
      $0.dropFirst().prefix(3).compactMap { UInt64($0) }
    }
    #expect((0..<3).map { place in String(parts.reduce(0) { $0 + $1[place] }) } == wanted[5][0])
    let bins = try await query(["--bin", "5s", "--bin-by", "start"]).map { Array($0.prefix(4)) }.filter { $0[1] != "0" }
    #expect(bins == wanted[4])
    #expect(try await query(["--columns", "proto", "-n", "123457"]).count == 123_457)
  }

  @Test("all columns, as CSV and as JSON, are what DuckDB reads from the files")
  func allColumns() async throws {
    let filter = ["bytes > 50m", "and", "flags", "S"]
    let csv = try await Sagflow.run(["query", "-r", LargeStore.path, "--format", "csv"] + filter)
    let names = try #require(csv.lines.first).split(separator: ",").map(String.init)
    let columns = names.map { $0.hasPrefix("time_") ? "strftime(\($0), '%Y-%m-%dT%H:%M:%S.%g') || 'Z'" : $0 }
    let wanted = try await Self.ask([
      "SELECT \(columns.joined(separator: ", ")) FROM flows WHERE bytes > 50000000 AND (tcp_flags & 2) = 2"
    ])[0]
    let found = Self.rows(csv)
    #expect(!wanted.isEmpty)
    #expect(found.sorted { $0.lexicographicallyPrecedes($1) } == wanted.sorted { $0.lexicographicallyPrecedes($1) })
    let json = try await Sagflow.run(["query", "-r", LargeStore.path, "--format", "json"] + filter)
    let objects = try json.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let texts = objects.map { object in names.map { name in object[name].map { "\($0)" } ?? "" } }
    #expect(texts.sorted { $0.lexicographicallyPrecedes($1) } == wanted.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test("names instead of numbers, and times of this host's zone, on request")
  func namesAndZone() async throws {
    let wanted = try await Self.ask([
      "SELECT CASE proto WHEN 6 THEN 'TCP' WHEN 17 THEN 'UDP' WHEN 1 THEN 'ICMP' ELSE proto::VARCHAR END, CASE dst_port WHEN 443 THEN 'https' WHEN 53 THEN 'domain' END, sum(bytes) AS b FROM flows WHERE dst_port IN (53, 443) GROUP BY 1, 2 ORDER BY b DESC",
      "SELECT strftime(time_start + INTERVAL 330 MINUTE, '%Y-%m-%dT%H:%M:%S.%g') || '+05:30' FROM flows ORDER BY time_start LIMIT 5",
    ])
    let names = try await Sagflow.run([
      "top", "-r", LargeStore.path, "--names", "--by", "proto,dst_port", "--format", "csv", "dst port in [53 443]",
    ])
    #expect(Self.rows(names).map { [$0[0], $0[1], $0[4]] } == Array(wanted[0].prefix(10)))
    let local = try await Sagflow.run(
      [
        "query", "-r", LargeStore.path, "--local", "--columns", "time_start", "--sort", "time_start", "-n", "5",
        "--format", "csv",
      ], environment: ["TZ": "Asia/Kolkata"])
    #expect(Self.rows(local) == wanted[1])
    let object = try await Sagflow.run([
      "query", "-r", LargeStore.path, "--names", "--columns", "proto,dst_port", "-n", "1", "--format", "json",
      "proto tcp and dst port 443",
    ])
    #expect(object.output == #"{"proto":"TCP","dst_port":"https"}"# + "\n")
  }

  @Test(
    "where the system lets little memory be reserved, answers are the same",
    .enabled(if: Tool.isInstalled("prlimit"), "prlimit is missing"))
  func littleRoom() async throws {
    let question = ["top", "-r", LargeStore.path, "--by", "src_addr", "--format", "csv", "-n", "50"]
    let wanted = try await Sagflow.run(question)
    let found = try await Sagflow.run(question, through: [try #require(Tool("prlimit")).path, "--as=1500000000"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output == wanted.output)
  }

  @Test("one file or several, a folder or the whole give the sum of their parts")
  func paths() async throws {
    let files = (FileManager.default.enumerator(atPath: LargeStore.path)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".parquet") }.map { "\(LargeStore.path)/\($0)" }
    func flows(_ paths: [String]) async throws -> Int {
      let outcome = try await Sagflow.run(["query", "--count", "--format", "csv"] + paths.flatMap { ["-r", $0] })
      return Int(Self.rows(outcome).first?.first ?? "") ?? -1
    }
    let whole = try await flows([LargeStore.path])
    #expect(whole > 1_000_000)
    #expect(try await flows(files) == whole)
    var sum = 0
    for file in files { sum += try await flows([file]) }
    #expect(sum == whole)
  }

  @Test("a file that is damaged, foreign or half written is named, left out, and told at the end")
  func brokenFiles() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/store"
    try FileManager.default.copyItem(atPath: LargeStore.path, toPath: store)
    let good = try await Sagflow.run(["query", "-r", store, "--count", "--format", "csv"])
    #expect(good.status == 0)
    let broken = try folder.write(Array("PAR1 and no more".utf8), as: "store/broken.parquet")
    let outcome = try await Sagflow.run(["query", "-r", store, "--count", "--format", "csv"])
    #expect(outcome.status == 65)
    #expect(outcome.output == good.output)
    #expect(
      outcome.errorLines == [
        "sagflow: \(broken): not a Parquet file, or truncated; it was left out"
      ])
    let strict = try await Sagflow.run(["query", "-r", store, "--count", "--strict"])
    #expect(strict.status == 65)
    #expect(strict.output == "")
  }

  @Test("what cannot be asked is one line with what could be")
  func mistakes() async throws {
    for (arguments, status, words) in [
      (["top", "--by", "src_adr"], 64, ["--by", "src_addr"]), (["top", "-t", "soon"], 64, ["--time", "last 1h"]),
      (["query", "--columns", "bites"], 64, ["--columns", "bytes"]),
      (["query", "src", "prt", "80"], 64, ["column 5", "port"]),
      (["top", "-t", "1999-01-01"], 66, ["no flows in 1999-01-01T00:00:00Z", "the store has"]),
      (["top", "-r", "/no/such/store"], 66, ["/no/such/store"]), (["top", "-n", "0"], 64, ["--number"]),
      (["query", "--count", "-n", "5"], 64, ["--count"]), (["query", "--bin", "x"], 64, ["--bin", "'x'"]),
      (["query", "--bin-by", "end"], 64, ["--bin-by", "--bin"]), (["query", "--whole"], 64, ["--whole", "--count"]),
      (["query", "--bin", "1m", "--bin-by", "middle"], 64, ["--bin-by", "middle"]),
    ] as [([String], Int32, [String])] {
      let place = arguments.contains("-r") ? [] : ["-r", LargeStore.path]
      let outcome = try await Sagflow.run([arguments[0]] + place + arguments.dropFirst())
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
  }
}
