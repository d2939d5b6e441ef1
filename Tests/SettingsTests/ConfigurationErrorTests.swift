import CAllocationCounter
import Foundation
import Settings
import TestSupport
import Testing

@Suite("Errors in a configuration")
struct ConfigurationErrorTests {
  @Test("a refused value is named with file, line, column, key and what was expected", arguments: SettingSample.plain)
  func refusedInFile(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let value =
      switch setting.shape {
      case .value: "'\(sample.refused)'"
      case .list: "['\(sample.refused)']"
      case .map: "{'\(sample.refused.replacing("=", with: "': '"))'}"
      case .records: ""
      }
    let found = try complaints(sample.nested(value))
    try #require(found.count == 1)
    // For lists and maps, the position is that of the element, one column further right.
    let column = sample.column + (setting.shape == .value ? 0 : 1)
    #expect(found[0].hasPrefix("c.yaml:\(sample.line):\(column): \(sample.key): expected "))
    #expect(found[0].hasSuffix(sample.refused.isEmpty ? ", found nothing" : ", found '\(sample.refused)'"))
    #expect(found[0].contains(setting.expected))
  }

  @Test("a refused variable is named", arguments: SettingSample.plain)
  func refusedInEnvironment(sample: SettingSample) throws {
    let found = try complaints("", environment: [sample.variable: sample.refused])
    try #require(found.count == 1)
    #expect(found[0].hasPrefix("\(sample.variable): expected "))
  }

  @Test("an empty variable is refused, unless the setting is empty by default", arguments: SettingSample.plain)
  func emptyVariable(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let found = try complaints("", environment: [sample.variable: ""])
    guard setting.text(in: CollectorConfiguration()) != "\"\"" else { return #expect(found == []) }
    try #require(found.count == 1)
    #expect(found[0].hasPrefix("\(sample.variable): expected "))
    #expect(found[0].hasSuffix(", found nothing"))
  }

  @Test("a key without a value, or with one of another shape, is named", arguments: SettingSample.plain)
  func wrongShape(sample: SettingSample) throws {
    let setting = try #require(ConfigurationSchema.settings.first { $0.key == sample.key })
    let start = "c.yaml:\(sample.line):"
    for (value, words) in [("", "nothing"), ("[[1]]", "a list"), ("{a: {b: c}}", "a map"), ("~", "nothing")] {
      let found = try complaints(sample.nested(value))
      try #require(found.count == 1, "\(value)")
      #expect(found[0].hasPrefix(start), "\(value)")
      #expect(found[0].contains("\(sample.key): expected "), "\(value)")
      #expect(found[0].contains(setting.expected), "\(value)")
      #expect(found[0].hasSuffix("found \(words)"), "\(value)")
    }
  }

  @Test("of ten thousand unknown keys, a hundred are shown, and looking for what was meant is done for no more")
  func manyUnknownKeys() throws {
    let yaml = "store: {rotatoin: 60}\n" + (0..<10_000).map { "unknown\($0)key: 1\n" }.joined()
    let started = thread_time()
    let found = try complaints(yaml)
    let many = thread_time() - started
    #expect(found.count == 101)
    #expect(found[0] == "c.yaml:1:9: store.rotatoin: unknown key; did you mean store.rotation?")
    #expect(found[99].hasPrefix("c.yaml:100:1: unknown98key: unknown key; "))
    #expect(found[100] == "and 9901 more; check that this is the right file")
    let few = yaml.split(separator: "\n").prefix(201).joined(separator: "\n")
    let middle = thread_time()
    #expect(try complaints(few).count == 101)
    // `few` has a hundredth of the keys, but as many suggestions.
    #expect(many < 20 * (thread_time() - middle), "\(many) ns")
  }

  @Test(
    "each misplaced or misspelt key is found at its line with the nearest known one",
    arguments: [
      ("\n\nlisten_on: []\n", "c.yaml:3:1: listen_on: unknown key; did you mean listen?"),
      ("recieve:\n  workers: 1\n", "c.yaml:1:1: recieve: unknown key; did you mean receive?"),
      (
        "aggregation:\n  # a comment\n  activeTimout: 1\n",
        "c.yaml:3:3: aggregation.activeTimout: unknown key; did you mean aggregation.activeTimeout?"
      ),
      ("rotation: 300\n", "c.yaml:1:1: rotation: unknown key; did you mean store.rotation?"),
      (
        "aggregation: {inactive_timeout: 3}\n",
        "c.yaml:1:15: aggregation.inactive_timeout: unknown key; did you mean aggregation.inactiveTimeout?"
      ),
      ("maxflows: 3\n", "c.yaml:1:1: maxflows: unknown key; remove it"),
      ("zzz: 3\n", "c.yaml:1:1: zzz: unknown key; remove it"),
      ("store:\n  path: x\n  retention: 30d\n", "c.yaml:3:14: store.retention: expected keys below it, found '30d'"),
      ("store: [path]\n", "c.yaml:1:8: store: expected keys below it, found a list"),
      ("[a]: 1\n", "c.yaml:1:1: expected a key, found a list"),
      ("- listen\n", "c.yaml:1:1: expected keys such as listen:, found a list"),
      ("listen\n", "c.yaml:1:1: expected keys such as listen:, found 'listen'"),
      ("log:\n  <<: {level: debug}\n", "c.yaml:2:3: log.<<: unknown key; remove it"),
    ])
  func unknownKeys(yaml: String, line: String) throws {
    #expect(try complaints(yaml) == [line])
  }

  @Test(
    "elements of lists and maps are found at their own lines",
    arguments: [
      (
        "listen:\n  - 0.0.0.0:9995\n  - 0.0.0.0\n",
        "c.yaml:3:5: listen: expected ADDRESS:PORT, with tcp:// or tls:// in front unless it is UDP, such as 0.0.0.0:9995 or tcp://[::]:4739, found '0.0.0.0'"
      ),
      ("listen: [0.0.0.0:9995, 0.0.0.0:9995]\n", "c.yaml:1:24: listen: expected no duplicates, found '0.0.0.0:9995'"),
      (
        "listen: [0.0.0.0:9995, 192.0.2.1:9995]\n",
        "c.yaml:1:9: listen: 0.0.0.0:9995 already covers 192.0.2.1:9995; remove one of them"
      ),
      (
        "listen: [\"[2001:db8::1]:9995\", \"[::]:9995\", 192.0.2.1:9995]\n",
        "c.yaml:1:9: listen: [::]:9995 already covers [2001:db8::1]:9995; remove one of them"
      ),
      (
        "listen: []\n",
        "c.yaml:1:9: listen: expected at least one: ADDRESS:PORT, with tcp:// or tls:// in front unless it is UDP, such as 0.0.0.0:9995 or tcp://[::]:4739"
      ),
      (
        "exporters:\n  samplingRates:\n    10.0.0.1: 5\n    10.0.0.300: 5\n",
        "c.yaml:4:5: exporters.samplingRates: expected an IP address and a whole number from 1 to 4294967295, "
          + "found '10.0.0.300=5'"
      ),
      (
        "exporters:\n  samplingRates: {\"::1\": 5, \"0::1\": 6}\n",
        "c.yaml:2:29: exporters.samplingRates: expected no duplicates, found '0::1=6'"
      ),
    ])
  func elements(yaml: String, line: String) throws {
    #expect(try complaints(yaml) == [line])
  }

  @Test("what the caller's check says about an element stands at the element")
  func verifier() throws {
    let found = try complaints("listen:\n  - 192.0.2.1:1\n  - 192.0.2.2:1\n") { key, element in
      key == "listen" && element == "192.0.2.2:1" ? "an own address" : nil
    }
    #expect(found == ["c.yaml:3:5: listen: expected an own address, found '192.0.2.2:1'"])
  }

  @Test(
    "a syntax error is told with file, line and column",
    arguments: [
      ("a: [1\nb: 2\n", "c.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence"),
      (
        "log:\n\tlevel: info\n",
        "c.yaml:2:1: found character that cannot start any token while scanning for the next token; "
          + "indent with spaces, not tabs"
      ),
      ("log: {}\n---\nlog: {}\n", "c.yaml:2:1: expected a single document in the stream but found another document"),
      ("log: {}\nstore: \u{1}\n", "c.yaml:2:8: control characters are not allowed"),
      ("log: {}\nlog: {}\n", "c.yaml:1:1: log: duplicate key; keep one"),
      ("store: *x\n", "c.yaml:1:8: found undefined alias"),
    ])
  func syntax(yaml: String, line: String) throws {
    #expect(try complaints(yaml) == [line])
  }

  @Test("a key that stands flat and nested is refused")
  func twice() throws {
    let found = try complaints("log.level: debug\nlog:\n  level: info\n")
    try #require(found.count == 1)
    #expect(found[0].hasPrefix("c.yaml:3:3: log.level: duplicate key, first defined at "))
    #expect(found[0].hasSuffix("c.yaml:1:12; remove one"))
  }

  @Test("everything wrong is told at once, in the order of the sources")
  func allAtOnce() throws {
    let found = try complaints(
      "a: 1\nlog: {level: x}\n", environment: ["SAGFLOW_STORE_PATH": "", "SAGFLOW_STORE_PAHT": "x"],
      overrides: [ConfigurationOverride(option: "--workers", key: "receive.workers", elements: ["many"])])
    #expect(
      found.map { $0.split(separator: ": ")[0] } == [
        "c.yaml:1:1", "c.yaml:2:14", "SAGFLOW_STORE_PATH", "SAGFLOW_STORE_PAHT", "--workers",
      ])
  }

  @Test(
    "an unknown variable with our prefix is refused, others and the documented exceptions are not",
    arguments: [
      (
        "SAGFLOW_AGGREGATION_MAXFLOWS",
        "SAGFLOW_AGGREGATION_MAXFLOWS: unknown variable; "
          + "did you mean SAGFLOW_AGGREGATION_MAXIMUM_FLOWS?"
      ),
      ("SAGFLOW_XYZ", "SAGFLOW_XYZ: unknown variable; unset it"),
      ("SAGFLOW_PYTHON", nil), ("SAGFLOW_SERVICE_HOST", nil), ("SAGFLOW_PORT", nil), ("SAGFLOW_PORT_9995_UDP", nil),
      ("STORE_PATH", nil), ("sagflow_store_path", nil),
    ] as [(String, String?)])
  func unknownVariables(name: String, line: String?) throws {
    #expect(try complaints("", environment: [name: "x"]) == (line.map { [$0] } ?? []))
  }

  @Test("settings that disagree are told at the one that was set last")
  func disagreements() throws {
    let timers =
      "aggregation.inactiveTimeout (60) is above aggregation.activeTimeout (30); "
      + "lower the one or raise the other"
    let both = "aggregation:\n  activeTimeout: 30\n  inactiveTimeout: 60\n"
    let one = "aggregation:\n  inactiveTimeout: 60\n"
    #expect(try complaints(both).map { $0.hasSuffix(timers) } == [true])
    #expect(try complaints(one).isEmpty)
    #expect(
      try complaints(one, environment: ["SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT": "30"])
        == ["SAGFLOW_AGGREGATION_ACTIVE_TIMEOUT: \(timers)"])
    #expect(
      try complaints("aggregation:\n\n  activeTimeout: 10\n")
        == [
          "c.yaml:3:18: aggregation.activeTimeout: aggregation.inactiveTimeout (15) is above "
            + "aggregation.activeTimeout (10); lower the one or raise the other"
        ])
    #expect(
      try complaints("store:\n  retention:\n    size: 100M\n")
        == [
          "c.yaml:3:11: store.retention.size: store.maximumFileSize (256M) is above store.retention.size (100M); "
            + "lower the one or raise the other"
        ])
  }

  @Test("a problem is one line, whatever the file holds")
  func oneLine() throws {
    let found = try complaints("log:\n  level: \"a\\nb\\e[31m\(String(repeating: "x", count: 200))\"\n\"k\\ney\": 1\n")
    #expect(found.count == 2)
    #expect(found.allSatisfy { line in !line.unicodeScalars.contains { $0.value < 32 } && line.count < 250 })
  }

  @Test("a file that is not there, not text or too long is refused as such")
  func unreadableFiles() throws {
    let directory = try TemporaryFolder()
    func error(_ path: String) -> ConfigurationError? {
      do {
        _ = try CollectorConfiguration.load(file: path, environment: [:])
        return nil
      } catch {
        return error
      }
    }
    let missing = directory.file("none.yaml")
    #expect(error(missing) == .noSuchFile(missing))
    let path = directory.path
    #expect(error(path) == .unreadable(path, reason: "cannot be read; give a YAML file"))
    let binary = try directory.write([0x61, 0x3a, 0x0a, 0xff, 0x0a], as: "b.yaml")
    #expect(
      error(binary) == .unreadable(binary, reason: "line 2 is not UTF-8; save the file as UTF-8"))
    let long = try directory.write(String(repeating: "#\n", count: 600_000), as: "l.yaml")
    #expect(error(long) == .unreadable(long, reason: "larger than 1 MiB; give a YAML file"))
  }
}
