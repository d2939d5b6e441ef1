import Collector
import Foundation
import Kafka
import Settings
import TestSupport
import Testing

@Suite("The command line: statuses and texts")
struct CommandLineTests {
  /// The program from the same build as this test.
  private static let program: Tool? = {
    guard let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    return Tool(URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("sagflow").path)
  }()

  private func run(_ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil) async throws
    -> Outcome
  {
    try await #require(Self.program).outcome(arguments, environment: environment, directory: directory?.path)
  }

  @Test(
    "help and version go to standard output and end well",
    arguments: [
      (["--help"], "USAGE: sagflow"), (["--version"], "0."), (["config", "check", "--help"], "--active-timeout"),
      (["help", "config"], "check"),
    ])
  func help(arguments: [String], words: String) async throws {
    let outcome = try await run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(words))
    #expect(outcome.errors == "")
  }

  @Test("the version is that of the file VERSION, with the commit if the sources were in a repository")
  func version() async throws {
    let number = try PackageFiles.text("VERSION").trimmingCharacters(in: .newlines)
    let outcome = try await run(["--version"])
    let version = try #require(outcome.output.wholeMatch(of: /(\S+)( \([0-9a-f]{12}(, modified)?\))?\n/))
    #expect(version.1 == number)
  }

  @Test(
    "a wrong command line is one line on standard error and status 64",
    arguments: [
      (["--bogus"], "sagflow: unknown option '--bogus'; see sagflow --help\n"),
      (["config", "chekc"], "sagflow: unexpected argument 'chekc'; see sagflow config --help\n"),
      (["config", "check", "-c"], "sagflow: missing value for '-c <file>'; see sagflow config check --help\n"),
      (
        ["config", "check", "--workers", "many"],
        "sagflow: --workers: expected a whole number from 0 to 1024, found 'many'\n"
      ),
    ])
  func usage(arguments: [String], line: String) async throws {
    #expect(try await run(arguments) == Outcome(status: 64, output: "", errors: line))
  }

  @Test("the shipped configuration is right")
  func shipped() async throws {
    let outcome = try await run(["config", "check", "-c", "config/sagflow.yaml"], in: PackageFiles.root)
    #expect(outcome == Outcome(status: 0, output: "config/sagflow.yaml: OK\n", errors: ""))
  }

  @Test("every value is shown with its source")
  func verbose() async throws {
    let directory = try TemporaryFolder()
    let file = try directory.write("store:\n  path: here\naggregation:\n  activeTimeout: 60\n", as: "a b.yaml")
    let outcome = try await run(
      ["config", "check", "-v", "-c", file, "--listen", "[::1]:2055", "--listen", "127.0.0.1:2055"],
      environment: ["SAGFLOW_STORE_PATH": "there", "PATH": "/usr/bin"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
      .map { $0.joined(separator: " ") }
    #expect(lines.first == "\(file): OK")
    #expect(lines.count == ConfigurationSchema.settings.count + 1)
    #expect(lines.contains(#"listen: ["[::1]:2055", "127.0.0.1:2055"] # --listen"#))
    #expect(lines.contains("aggregation.activeTimeout: 60 # \(file):4:18"))
    #expect(lines.contains("store.path: there # SAGFLOW_STORE_PATH"))
    #expect(lines.contains("aggregation.inactiveTimeout: 15 # default"))
  }

  @Test("a wrong file is status 78 with file, line and key")
  func wrongFile() async throws {
    let directory = try TemporaryFolder()
    let file = try directory.write("store:\n  rotation: 7m\n  compresionLevel: 3\n", as: "bad.yaml")
    let outcome = try await run(["config", "check", "-c", file])
    #expect(outcome.status == 78)
    #expect(outcome.output == "")
    let lines = outcome.errors.split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasPrefix("sagflow: \(file):2:13: store.rotation: expected "))
    #expect(
      lines[1] == "sagflow: \(file):3:3: store.compresionLevel: unknown key; did you mean store.compressionLevel?")
  }

  @Test("outputs: none, one that is not there, and one that no collector has had yet")
  func outputs() async throws {
    let directory = try TemporaryFolder()
    let none = try directory.write("", as: "none.yaml")
    #expect(
      try await run(["output", "list", "-c", none])
        == Outcome(status: 0, output: "the configuration has no outputs\n", errors: ""))
    let file = try directory.write(
      "store: {path: \(directory.path)/flows}\nhttp: {enabled: false}\noutputs: [{name: lake, type: s3, region: r, bucket: abc}]\n",
      as: "one.yaml")
    let list = try await run(["output", "list", "-c", file])
    #expect((list.status, list.errors) == (0, ""))
    #expect(list.output.contains(#/(?m)^lake +s3 +no collector has run yet +- /#), "\(list.output)")
    #expect(
      try await run(["output", "reset", "lake", "-c", file])
        == Outcome(
          status: 0, output: "lake: no collector has run yet, nothing to reset\n", errors: ""))
    for command in ["test", "reset"] {
      #expect(
        try await run(["output", command, "pond", "-c", file])
          == Outcome(
            status: 64, output: "", errors: "sagflow: pond: no such output; the configuration has lake\n"))
    }
  }

  @Test("outputs of lines are listed and tested, and have nothing to reset")
  func lines() async throws {
    let directory = try TemporaryFolder()
    let rows = directory.file("rows.json")
    let file = try directory.write(
      """
      store: {path: \(directory.path)/flows}
      http: {enabled: false}
      outputs:
        - {name: rows, type: jsonl, path: \(rows)}
        - {name: out, type: csv, path: "-"}
        - {name: nowhere, type: csv, path: \(directory.path)/missing/x.csv}

      """, as: "c.yaml")
    let list = try await run(["output", "list", "-c", file])
    #expect((list.status, list.errors) == (0, ""))
    #expect(list.output.contains(#/(?m)^rows +jsonl +stopped +- .*rows\.json$/#), "\(list.output)")
    #expect(list.output.contains(#/(?m)^out +csv +stopped +- .*standard output$/#), "\(list.output)")
    let tested = try await run(["output", "test", "rows", "-c", file])
    let found = "\(rows) does not exist yet; \(directory.path) is writable\nrows: OK\n"
    #expect(tested == Outcome(status: 0, output: found, errors: ""))
    #expect(!FileManager.default.fileExists(atPath: rows))
    let failed = try await run(["output", "test", "nowhere", "-c", file])
    #expect((failed.status, failed.output) == (1, ""))
    #expect(failed.errors.hasPrefix("sagflow: nowhere: cannot "), "\(failed.errors)")
    let reset = try await run(["output", "reset", "out", "--yes", "-c", file])
    let line = "sagflow: out: is of type csv, which has no cursor: lost rows are not written again\n"
    #expect(reset == Outcome(status: 64, output: "", errors: line))
    let unknown = try await run(["output", "test", "pond", "-c", file])
    #expect(unknown.errors == "sagflow: pond: no such output; the configuration has rows, out, nowhere\n")
  }

  @Test(
    "an output to Kafka is status 78 where the program was built without Kafka",
    .enabled(if: !KafkaDestination.isAvailable, "built with Kafka"))
  func withoutKafka() async throws {
    let directory = try TemporaryFolder()
    let file = try directory.write("outputs: [{name: a, type: kafka, brokers: ['b:9092']}]\n", as: "c.yaml")
    for command in [["config", "check"], ["collect"], ["output", "list"]] {
      let outcome = try await run(command + ["-c", file])
      let line = "sagflow: \(file):1:27: outputs[0].type: \(KafkaDestination.unavailable)\n"
      #expect(outcome == Outcome(status: 78, output: "", errors: line))
    }
  }

  @Test("a wrong variable is status 78, a file that is not there 66")
  func otherStatuses() async throws {
    let variable = try await run(["config", "check"], environment: ["SAGFLOW_STORE_ROTATION": "x"])
    #expect(variable.status == 78)
    #expect(variable.errors.hasPrefix("sagflow: SAGFLOW_STORE_ROTATION: expected a duration"))
    let missing = try await run(["config", "check", "-c", "/nonexistent/c.yaml"])
    #expect(
      missing
        == Outcome(
          status: 66, output: "", errors: "sagflow: /nonexistent/c.yaml: no such file; give another one with -c\n"))
  }
}
