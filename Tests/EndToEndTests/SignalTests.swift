import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("collect obeys signals and notifies the service manager", .tags(.network, .slow), .unlessFast)
struct SignalTests {
  @Test("SIGTERM and SIGINT end it well, with all that was sent committed", arguments: [SIGTERM, SIGINT])
  func end(signal: Int32) async throws {
    let collector = try await RunningCollector()
    try NumberedFlows.send(0..<200, to: collector.port)
    let ledger = try await collector.stop(signal)
    #expect(ledger["datagrams decoded"] == 200)
    #expect(ledger["flows forced"] == 200)
    #expect(ledger["rows committed"] == 200)
    #expect(ledger.text.contains("stopping: writing live flows"))
    let files = FileManager.default.enumerator(atPath: collector.store)?.compactMap { $0 as? String } ?? []
    #expect(files.filter { $0.hasSuffix(".parquet") }.count == 1)
    #expect(files.filter { $0.hasSuffix(".part") } == [])
  }

  @Test("a second signal ends it at once")
  func second() async throws {
    let collector = try await RunningCollector()
    // Too many flows to be written between the two signals.
    let sent = try await Sagflow.run(
      ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "200000", "--rate", "0"])
    #expect(sent.status == 0)
    collector.program.signal(SIGTERM)
    collector.program.signal(SIGINT)
    let outcome = try await collector.program.end()
    // The kernel decides which of two pending signals is delivered first.
    #expect([128 + SIGINT, 128 + SIGTERM].contains(outcome.status), "\(outcome.status) \(outcome.errors)")
    #expect(outcome.errors.contains("stopped immediately: uncommitted data stays in the journal"))
    // It is in the journal, including datagrams that waited to be written.
    let drain = try await Sagflow.run(["drain", "-o", collector.store])
    let ledger = try PrintedLedger(drain.errors)
    #expect(drain.status == 0, "\(drain.errors)")
    #expect(ledger["rows committed"] > 0, "\(drain.errors)")
  }

  @Test("a log that nobody reads any more does not end the collector")
  func closedLog() async throws {
    let folder = try TemporaryFolder()
    let port = try LoopbackSocket.freePort()
    // The reader of its standard error reads the first line and exits.
    let shell = try RunningProgram(
      "/bin/bash",
      [
        "-c", "\"$@\" 2> >(head -n 1 >&2) & echo $!; wait $!", "bash", Sagflow.path, "collect", "--listen",
        "127.0.0.1:\(port)", "-o", folder.path + "/flows", "--drain",
      ])
    try await shell.says("listening on 127.0.0.1:\(port)")
    let collector = try #require(Int32(shell.output.prefix { $0.isNumber }))
    for _ in 1...2 {
      kill(collector, SIGHUP)
      try await pause(0.3)
    }
    try NumberedFlows.send(0..<5, to: port)
    kill(collector, SIGTERM)
    #expect(try await shell.end().status == 0)
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    #expect(files.filter { $0.hasSuffix(".parquet") }.count == 1)
  }

  @Test("all flows are written at the end, however many there are")
  func manyFlows() async throws {
    // No timer expires, however slow the machine is.
    let collector = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
    // More than the queue to the store holds; the kernel of a busy host drops some.
    try await eventually("300,000 live flows") {
      let sent = try await Sagflow.run([
        "generate", "--to", "127.0.0.1:\(collector.port)", "--netflow-version", "5", "--flows", "350000", "--rate", "0",
      ])
      #expect(sent.status == 0)
      return try await collector.count("flows", "live") ?? 0 > 300_000
    }
    let ledger = try await collector.stop()
    #expect(ledger["flows forced"] > 300_000, "\(ledger.text)")
    #expect(ledger["rows committed"] == ledger["rows"], "\(ledger.text)")
  }

  @Test("SIGHUP applies what can change, says what needs a restart, and survives a broken file")
  func reload() async throws {
    let collector = try await RunningCollector(configuration: "log: {level: info}\n")
    // HTTP starts after the line that ends startup; at the new log level that line would not be printed.
    _ = try await collector.httpPort()
    let file = URL(fileURLWithPath: collector.configurationFile)
    func reload(_ yaml: String, until words: String) async throws {
      try Data(yaml.utf8).write(to: file)
      collector.program.signal(SIGHUP)
      try await collector.program.says(words)
    }
    try await reload("log: {level: info}\n", until: "configuration reloaded: nothing has changed")
    try await reload(
      "aggregation: {activeTimeout: 60, inactiveTimeout: 1}\nstore: {rotation: 60}\nreceive: {workers: 2}\n",
      until: "store.rotation")
    for line in [
      "aggregation.activeTimeout is now 60, was 300", "aggregation.inactiveTimeout is now 1, was 15",
      "store.rotation stays 300; restart to apply 60", "receive.workers stays 0; restart to apply 2",
    ] {
      try await collector.program.says(line)
    }
    try await reload("store: {rotatoin: 60}\n", until: "store.rotatoin: unknown key")
    let broken = try await collector.program.says("configuration not reloaded, the old one stays in force: ")
    #expect(broken.contains("\(file.path):1:9: store.rotatoin: unknown key; did you mean store.rotation?"))
    try await reload(
      "aggregation: {activeTimeout: 60, inactiveTimeout: 1}\nlog: {level: error}\n", until: "log.level is now error")
    // The new timer is in effect: the flow leaves without a stop.
    try NumberedFlows.send(0..<1, to: collector.port)
    try await collector.counts(1, "flows", "emitted_idle")
    let ledger = try await collector.stop()
    #expect(ledger["flows idle"] == 1)
    #expect(!ledger.text.contains("stopping"), "messages below the new level are still printed")
    // As in the footer: the value with its length prefix.
    let paths = FileManager.default.enumerator(atPath: collector.store)?.compactMap { $0 as? String } ?? []
    let path = try #require(paths.first { $0.hasSuffix(".parquet") })
    let stored = try Data(contentsOf: URL(fileURLWithPath: "\(collector.store)/\(path)"))
    #expect(stored.range(of: Data("sagflow.active_timeout_s\u{18}\u{2}60".utf8)) != nil)
  }

  @Test("the service manager hears of start, reload, life and end")
  func notifications() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/notify"
    let manager = try #require(ServiceManagerSocket(path: path))
    let collector = try await RunningCollector(
      configuration: "", environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "900000"])
    var heard: [String] = []
    func hear(_ word: String) async throws {
      do {
        try await eventually(within: 120, word) {
          while let message = manager.receive() { heard += message.split(separator: "\n").map(String.init) }
          return heard.contains { $0.hasPrefix(word) }
        }
      } catch {
        Issue.record("\(error); heard \(heard)")
      }
    }
    try await hear("READY=1")
    try await hear("STATUS=listening on 127.0.0.1:\(collector.port)")
    try await hear("WATCHDOG=1")
    try await hear("STATUS=0 datagrams, 0 records, 0 live flows, 0 rows committed")
    #expect(!heard.contains("STOPPING=1"))
    heard = []
    collector.program.signal(SIGHUP)
    try await hear("RELOADING=1")
    try await hear("MONOTONIC_USEC=")
    try await hear("READY=1")
    try NumberedFlows.send(0..<3, to: collector.port)
    try await hear("STATUS=3 datagrams, 3 records, 3 live flows")
    heard = []
    try await eventually("two signs of life") {
      while let message = manager.receive() { heard += message.split(separator: "\n").map(String.init) }
      return heard.filter { $0 == "WATCHDOG=1" }.count >= 2
    }
    heard = []
    _ = try await collector.stop()
    try await hear("STOPPING=1")
  }
}
