import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("top and query have flows that no file has yet", .tags(.network, .slow), .unlessFast)
struct LiveTests {
  /// Returns the numbers of the flows in a store that `NumberedFlows` has sent, in stored order.
  private static func numbers(_ store: String, _ options: [String] = []) async throws -> [Int] {
    let outcome = try await Sagflow.run(["query", "-r", store, "--format", "csv", "--columns", "src_port"] + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").dropFirst().compactMap { Int($0) }.map { $0 - 1000 }
  }

  private static let columns = "src_addr,dst_addr,src_port,dst_port,proto,bytes,packets,flows,time_start,time_end"

  private static func rows(_ store: String, _ options: [String]) async throws -> [Substring] {
    let outcome = try await Sagflow.run(["query", "-r", store, "--format", "csv", "--columns", columns] + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").sorted()
  }

  @Test("they are there at once, the same as in the files later, and --committed leaves them out")
  func atOnce() async throws {
    let collector = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
    try NumberedFlows.send(0..<300, to: collector.port)
    try await collector.counts(300, "datagrams", "received")
    let live = try await Self.rows(collector.store, [])
    #expect(live.count == 301)
    let top = try await Sagflow.run(["top", "-r", collector.store, "--by", "proto"])
    #expect(top.output.contains("300 of 300 flows in 0 files and live, until "), "\(top.output)")
    #expect(try Directory.mode("\(collector.store)/\(Self.link(collector.store))") == 0o660)
    let committed = try await Sagflow.run(["top", "-r", collector.store, "--committed"])
    #expect(committed.status == 66)
    #expect(
      committed.errors.contains("has received 300 datagrams and has 300 live flows; the next file will be there at "))
    _ = try await collector.stop()
    #expect(try await Self.rows(collector.store, ["--committed"]) == live)
    #expect(try await Self.rows(collector.store, []) == live)
    #expect(Self.link(collector.store) == "", "the link goes with its collector")
  }

  private static func link(_ store: String) -> String {
    ((try? FileManager.default.contentsOfDirectory(atPath: store)) ?? []).first { $0.hasPrefix(".live-") } ?? ""
  }

  @Test("who has sent nothing yet is told what is waited for")
  func nothingYet() async throws {
    let collector = try await RunningCollector()
    for command in [["top"], ["query", "--count"], ["top", "--committed"]] {
      let outcome = try await Sagflow.run(command + ["-r", collector.store])
      #expect(outcome.status == 66)
      #expect(
        outcome.errors.contains("has received nothing on 127.0.0.1:\(collector.port); check that exporters send there"),
        "\(outcome.errors)")
    }
    _ = try await collector.stop()
  }

  @Test("none is missing and none is there twice while flows move on to the cache, the queue, open and committed files")
  func noSeam() async throws {
    let collector = try await RunningCollector(
      ["--active-timeout", "1s", "--inactive-timeout", "1s"],
      configuration: "store: {rotation: 1, rowGroupRows: 1024}\nreceive: {workers: 2}\n")
    var sent = 0
    for round in 0..<14 {
      // Each from a different port, so that both workers receive some.
      for _ in 0..<4 {
        try NumberedFlows.send(sent..<(sent + 10), to: collector.port)
        sent += 10
      }
      if round % 7 == 3 { collector.program.signal(SIGHUP) }
      try await collector.counts(sent, "datagrams", "received")
      let numbers = try await Self.numbers(collector.store)
      #expect(Set(numbers).count == numbers.count, "a flow is there twice in round \(round)")
      #expect(numbers.sorted() == Array(0..<sent), "in round \(round)")
    }
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == sent)
    #expect(try await Self.numbers(collector.store).sorted() == Array(0..<sent))
  }

  @Test("a collector that was killed and goes on has them again, and a drain leaves them in files")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    var sent = 0
    for round in 0..<3 {
      let collector = try await RunningCollector(
        ["--active-timeout", "3600s", "--inactive-timeout", "3600s"], store: store, drains: false)
      try NumberedFlows.send(sent..<(sent + 50), to: collector.port)
      sent += 50
      // The counters continue from the previous run.
      try await eventually("flows of round \(round)") { try await Self.numbers(store).count >= sent }
      #expect(try await Self.numbers(store).sorted() == Array(0..<sent), "in round \(round)")
      if round == 1 {
        _ = try await collector.stop()
      } else {
        collector.program.signal(SIGKILL)
        _ = try await collector.program.end()
      }
      // The collector has ended: it does not respond, and the query does not wait for it.
      let outcome = try await Sagflow.run(["top", "-r", store])
      #expect(outcome.status == 66 || !outcome.output.contains("live"), "\(outcome.output)\(outcome.errors)")
    }
    let drain = try await Sagflow.run(["drain", "-o", store])
    #expect(drain.status == 0, "\(drain.errors)")
    #expect(try await Self.numbers(store).sorted() == Array(0..<sent))
  }

  /// Returns packets and octets by 5-tuple, in the form of `Traffic`, of a store and its live flows.
  private static func volumes(_ store: String) async throws -> [String: Volume] {
    let columns = "src_addr,dst_addr,src_port,dst_port,icmp_type,icmp_code,proto,packets,bytes"
    let outcome = try await Sagflow.run(["query", "-r", store, "--format", "csv", "--columns", columns])
    var volumes: [String: Volume] = [:]
    for line in outcome.output.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let isPing = cells[6] == "1" || cells[6] == "58"
      let ports = isPing ? "\(cells[4]),\(cells[5])" : "\(cells[2]),\(cells[3])"
      let volume = Volume(packets: Int(cells[7]) ?? -1, octets: Int(cells[8]) ?? -1)
      volumes["\(cells[0]),\(cells[1]),\(ports),\(cells[6])", default: Volume()] =
        volumes["\(cells[0]),\(cells[1]),\(ports),\(cells[6])", default: Volume()] + volume
    }
    return volumes
  }

  @Test(
    "what softflowd saw is found a moment later, whatever has happened to the collector in between", .tags(.engine),
    .unlessFast, .enabled(if: Tool.isInstalled("softflowd"), "softflowd is missing"))
  func softflowd() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    var expected: [String: Volume] = [:]
    for round in 0..<5 {
      let collector = try await RunningCollector(
        configuration: "store: {rotation: \(round % 2 == 0 ? 1 : 300)}\n", store: store, drains: false)
      for part in 0..<2 {
        // The same hosts and ports again, so that both live and committed flows grow.
        let traffic = Traffic(conversations: 150, ipv6: true, seed: UInt64(1000 * round + part))
        expected.merge(traffic.volumes) { $0 + $1 }
        let capture = try folder.write(traffic.file.octets, as: "\(round)-\(part).pcap")
        let exporter = try RunningProgram(
          try #require(Tool("softflowd")).path,
          ["-r", capture, "-n", "127.0.0.1:\(collector.port)", "-v", "9", "-d", "-p", "none", "-c", "none"])
        #expect(try await exporter.end().status == 0)
        let sent = ContinuousClock.now
        var found: [String: Volume] = [:]
        try await eventually("flows of round \(round), part \(part)") {
          found = try await Self.volumes(store)
          return found.values.reduce(0) { $0 + $1.packets } >= expected.values.reduce(0) { $0 + $1.packets }
        }
        print("found \(ContinuousClock.now - sent) after softflowd's end")
        #expect(found == expected, "in round \(round), part \(part)")
        collector.program.signal(SIGHUP)
      }
      collector.program.signal(round % 2 == 0 ? SIGKILL : SIGTERM)
      _ = try await collector.program.end()
      if round == 2 {
        #expect(try await Sagflow.run(["drain", "-o", store]).status == 0)
        #expect(try await Self.volumes(store) == expected, "after a drain")
      }
    }
  }

  @Test("many ask at a time, and one that asks and takes no answer holds up nobody")
  func manyAsk() async throws {
    let collector = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
    try NumberedFlows.send(0..<500, to: collector.port)
    try await collector.counts(500, "datagrams", "received")
    let silent = try RunningProgram(
      "/usr/bin/python3",
      [
        "-c",
        """
        import json, os, socket, sys, time
        kept = []
        store, name = os.path.split(sys.argv[1])
        directory = {"device": os.stat(store).st_dev, "inode": os.stat(store).st_ino}
        hello = json.dumps({"hello": {"version": 1, "link": name, "directory": directory}}).encode()
        for path, words in ((sys.argv[1], hello), (sys.argv[1], b'{"cut":{}}'), (sys.argv[1], b'\\xff'), (sys.argv[1], b'')):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(path)
            s.send(words)
            kept.append(s)
        print("asked", file=sys.stderr, flush=True)
        time.sleep(600)
        """, "\(collector.store)/\(Self.link(collector.store))",
      ])
    try await silent.says("asked")
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<12 { group.addTask { try await Self.numbers(collector.store).count } }
      for try await count in group { #expect(count == 500) }
    }
    silent.signal(SIGKILL)
    _ = try await silent.end()
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] == 500)
  }

  @Test("a store that is given twice, or has a link of another host's collector, has each live flow once")
  func givenTwice() async throws {
    let collector = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
    try NumberedFlows.send(0..<20, to: collector.port)
    try await collector.counts(20, "datagrams", "received")
    let folder = try TemporaryFolder()
    let other = folder.file("other")
    try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: collector.store)
    let numbers = try await Self.numbers(collector.store, ["-r", other, "-r", "\(collector.store)/."])
    #expect(numbers.sorted() == Array(0..<20))
    // As from a host with the same store, and its state under the same path.
    let link = "\(collector.store)/\(Self.link(collector.store))"
    let socket = URL(fileURLWithPath: link).resolvingSymlinksInPath().path
    try FileManager.default.createSymbolicLink(atPath: "\(collector.store)/.live-0", withDestinationPath: socket)
    #expect(try await Self.numbers(collector.store).sorted() == Array(0..<20))
    try FileManager.default.createDirectory(atPath: folder.file("foreign"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("foreign/.live-0"), withDestinationPath: socket)
    let foreign = try await Sagflow.run(["query", "-r", folder.file("foreign"), "--count"])
    #expect(foreign.status == 66, "\(foreign.output)\(foreign.errors)")
    // A copy of the store, including its link, does not belong to the collector.
    try FileManager.default.createDirectory(atPath: folder.file("copy"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("copy/\(Self.link(collector.store))"), withDestinationPath: socket)
    let copy = try await Sagflow.run(["query", "-r", folder.file("copy"), "--count"])
    #expect(copy.status == 66, "\(copy.output)\(copy.errors)")
    _ = try await collector.stop()
  }

  @Test("who may not ask gets files alone, and is told so", .enabled(if: geteuid() == 0, "needs root"))
  func forbidden() async throws {
    let collector = try await RunningCollector(["--active-timeout", "3600s", "--inactive-timeout", "3600s"])
    try NumberedFlows.send(0..<5, to: collector.port)
    try await collector.counts(5, "datagrams", "received")
    let outcome = try await Sagflow.run(
      ["top", "-r", collector.store],
      through: ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"])
    #expect(outcome.errors.contains("live flows are missing: "), "\(outcome.errors)")
    #expect(outcome.errors.contains("run as the collector's user or a member of its group"), "\(outcome.errors)")
    _ = try await collector.stop()
  }
}

private enum Directory {
  /// Returns the permission bits of the target of a path.
  static func mode(_ path: String) throws -> Int? {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return try FileManager.default.attributesOfItem(atPath: real)[.posixPermissions] as? Int
  }
}
