import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "what cannot be done is one line on standard error and the status that scripts look at", .tags(.network, .slow),
  .unlessFast)
struct BadInputTests {
  /// Expects one line that contains `words`.
  private func expect(
    _ outcome: Outcome, status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    for words in ["sagflow: "] + words {
      #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
    }
  }

  @Test("a port in use is 69")
  func portInUse() async throws {
    let folder = try TemporaryFolder()
    let other = try LoopbackSocket(from: .loopback(0))
    let port = try other.port
    let outcome = try await Sagflow.run(["collect", "--listen", "127.0.0.1:\(port)", "-o", folder.path])
    expect(outcome, status: 69, "127.0.0.1:\(port)", "in use")
  }

  @Test("a second collector on the same port is refused, also where sockets are shared among workers")
  func secondCollector() async throws {
    let folder = try TemporaryFolder()
    let first = try await RunningCollector(["--workers", "2"])
    let outcome = try await Sagflow.run(
      ["collect", "--listen", "127.0.0.1:\(first.port)", "-o", folder.path, "--workers", "2"])
    expect(outcome, status: 69, "127.0.0.1:\(first.port)", "in use")
    _ = try await first.stop()
  }

  @Test("an address of another host is 69")
  func foreignAddress() async throws {
    let folder = try TemporaryFolder()
    expect(
      try await Sagflow.run(["collect", "--listen", "192.0.2.1:9995", "-o", folder.path]), status: 69,
      "192.0.2.1:9995", "no interface of this host")
  }

  /// Runs a command as an unprivileged user.
  private static let nobody: [String] = {
    guard let setpriv = Tool("setpriv")?.path, getuid() == 0 else { return [] }
    let launcher = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    guard let tool = Tool(launcher[0]),
      (try? tool.runBriefly(Array(launcher.dropFirst()) + [Sagflow.path, "--version"])) != nil
    else { return [] }
    return launcher
  }()

  private static let isPowerless = getuid() != 0
  private static var canBePowerless: Bool { isPowerless || !nobody.isEmpty }

  @Test(
    "a privileged port is 77 for those without the right",
    .enabled(if: canBePowerless, "neither is this another user than root, nor does setpriv make one"))
  func privilegedPort() async throws {
    let folder = try TemporaryFolder()
    let outcome = try await Sagflow.run(
      ["collect", "--listen", "127.0.0.1:514", "-o", folder.path], through: Self.nobody)
    expect(outcome, status: 77, "127.0.0.1:514", "CAP_NET_BIND_SERVICE")
  }

  @Test(
    "a directory that may not be written is 77",
    .enabled(if: canBePowerless, "neither is this another user than root, nor does setpriv make one"),
    arguments: [["collect", "--listen", "127.0.0.1:PORT"], ["replay", Fixtures.path("real/softflowd-v5.pcap")]])
  func unwritableDirectory(command: [String]) async throws {
    let folder = try TemporaryFolder()
    let locked = folder.path + "/locked"
    try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: locked)
    // The original capture may be in a place that others cannot read.
    let capture = try folder.write(Octets(Data(contentsOf: URL(fileURLWithPath: Self.sample))), as: "c.pcap")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    let port = try LoopbackSocket.freePort()
    let words = command.map {
      $0 == Self.sample ? capture : $0.replacingOccurrences(of: "PORT", with: "\(port)")
    }
    for path in [locked, locked + "/below"] {
      // A receive buffer size granted without root, so that there is no warning.
      let outcome = try await Sagflow.run(
        words + ["-o", path], environment: ["SAGFLOW_RECEIVE_BUFFER_SIZE": "64Ki"], through: Self.nobody)
      expect(outcome, status: 77, locked, "Permission denied")
    }
  }

  private static let sample = Fixtures.path("real/softflowd-v5.pcap")

  @Test("a file in place of the directory is 74")
  func fileForDirectory() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([], as: "flows")
    let listen = "127.0.0.1:\(try LoopbackSocket.freePort())"
    expect(try await Sagflow.run(["collect", "--listen", listen, "-o", file]), status: 74, file)
    expect(try await Sagflow.run(["replay", Self.sample, "-o", file]), status: 74, file)
  }

  @Test("a missing capture is 66, before anything is read or written")
  func missingCapture() async throws {
    let folder = try TemporaryFolder()
    for options in [["--records"], [], ["-o", folder.path + "/flows"]] {
      let outcome = try await Sagflow.run(["replay", Self.sample, folder.path + "/none.pcap"] + options)
      expect(outcome, status: 66, folder.path + "/none.pcap: no such file")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test(
    "a capture that may not be read is 77",
    .enabled(if: canBePowerless, "neither is this another user than root, nor does setpriv make one"))
  func unreadableCapture() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(zeros(24), as: "c.pcap")
    try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: file)
    let outcome = try await Sagflow.run(["replay", "--records", file], through: Self.nobody)
    expect(outcome, status: 77, file, "Permission denied")
  }

  @Test("counters that cannot be written are 74")
  func unwritableCounters() async throws {
    let folder = try TemporaryFolder()
    let counters = folder.path + "/none/counters.json"
    let outcome = try await Sagflow.run(["replay", "--records", Self.sample, "--counters", counters])
    #expect(outcome.status == 74)
    #expect(outcome.errors == "sagflow: \(counters): cannot write the counters: No such file or directory\n")
  }

  @Test(
    "what is no capture is 65 and says what it is instead",
    arguments: [
      (Octets(), "is empty"), (text("{\"exporter\":\"10.0.0.1\"}\n"), "not a pcap or pcapng capture"),
      (hex("1f8b 0800 0000 0000") + zeros(40), "gzip"), (hex("28b5 2ffd") + zeros(40), "zstd"), (zeros(3), "not a"),
    ])
  func noCapture(octets: Octets, words: String) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(octets, as: "capture")
    expect(try await Sagflow.run(["replay", "--records", file]), status: 65, file, words)
  }

  @Test("a directory in place of a capture is told as such")
  func directoryForCapture() async throws {
    let folder = try TemporaryFolder()
    expect(try await Sagflow.run(["replay", "--records", folder.path]), status: 65, folder.path, "directory")
  }

  @Test("a cut capture is 65, and everything before the cut is delivered", arguments: [1, 15, 17, 200])
  func cutCapture(missing: Int) async throws {
    let folder = try TemporaryFolder()
    let whole = Octets(try Data(contentsOf: URL(fileURLWithPath: Self.sample)))
    let file = try folder.write(Array(whole.dropLast(missing)), as: "cut.pcap")
    let all = try await Sagflow.run(["replay", "--records", Self.sample])
    let some = try await Sagflow.run(["replay", "--records", file])
    #expect(some.status == 65)
    #expect(some.errorLines.count == 1)
    #expect(some.errors.contains("\(file) ends inside a frame"))
    #expect(some.lines.count >= 30)
    #expect(some.lines.count < all.lines.count)
    #expect(all.output.hasPrefix(some.output))
    let stored = try await Sagflow.run(["replay", file, "-o", folder.path + "/flows"])
    #expect(stored.status == 65)
    let ledger = try PrintedLedger(stored.errors)
    #expect(ledger["records"] == some.lines.count)
    #expect(ledger["rows committed"] == ledger["rows"])
  }

  @Test("a capture that cannot be read does not keep those behind it from being read")
  func oneOfSeveral() async throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write(text("nothing"), as: "bad.pcap")
    let alone = try await Sagflow.run(["replay", "--records", Self.sample])
    let both = try await Sagflow.run(["replay", "--records", bad, Self.sample])
    #expect(both.status == 65)
    #expect(both.output == alone.output)
  }

  @Test(
    "a wrong word on the command line is 64",
    arguments: [
      ["collect", "--frobnicate"], ["replay"], ["frobnicate"], ["collect", "--listen", "nowhere"],
      ["collect", "--listen", "127.0.0.1:99999"], ["collect", "--workers", "-1"],
      ["replay", "--records", "-o", "x", "y"], ["replay", "--format", "xml", "y"],
      ["replay", "--active-timeout", "soon", sample], ["generate"], ["generate", "--to", "127.0.0.1"],
      ["generate", "--to", "127.0.0.1:9", "--netflow-version", "7"],
      ["generate", "--to", "tcp://127.0.0.1:9", "--netflow-version", "9"],
      ["generate", "--to", "127.0.0.1:9", "--flows", "-3"], ["generate", "--to", "127.0.0.1:0"],
      ["generate", "--to", "localhost:9"], ["generate", "--to", "127.0.0.1:9", "--sampling", "0"],
    ])
  func wrongWords(arguments: [String]) async throws {
    expect(try await Sagflow.run(arguments), status: 64)
  }

  @Test("a store given as a filter is 64, and the error names the option", arguments: ["top", "query"])
  func storeAsFilter(command: String) async throws {
    let folder = try TemporaryFolder()
    let outcome = try await Sagflow.run([command, folder.path])
    expect(outcome, status: 64)
    #expect(outcome.errors.contains("\(folder.path): not a filter; to read this store or file: -r \(folder.path)"))
  }

  @Test("a wrong configuration is 78 with file, line and column", arguments: ["collect", "config check"])
  func wrongConfiguration(command: String) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(text("store:\n  rotation: 7m\nlisten: here\n"), as: "c.yaml")
    let outcome = try await Sagflow.run(command.split(separator: " ").map(String.init) + ["-c", file])
    #expect(outcome.status == 78)
    #expect(outcome.errorLines.count == 2)
    #expect(outcome.errors.contains("sagflow: \(file):2:13: store.rotation: "))
    #expect(outcome.errors.contains("sagflow: \(file):3:9: listen: "))
  }

  @Test("a reader that goes away ends a replay quietly")
  func closedPipe() async throws {
    // Far more than a pipe holds.
    let captures = Array(repeating: Fixtures.realCaptures.map { Fixtures.path("real/\($0).pcap") }, count: 4).flatMap(
      \.self)
    for options in ["--records", "", "--format csv"] {
      let shell = try RunningProgram(
        "/bin/bash",
        ["-c", "\"$@\" | head -n 1; exit ${PIPESTATUS[0]}", "bash", Sagflow.path, "replay"]
          + options.split(separator: " ").map(String.init) + captures)
      let outcome = try await shell.end()
      #expect(outcome.lines.count == 1)
      #expect([0, 128 + SIGPIPE].contains(outcome.status), "\(options): \(outcome.status) \(outcome.errors)")
      #expect(!outcome.errors.contains("pipe"), "\(outcome.errors)")
    }
  }

  @Test("a full disk behind standard output is 74", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullOutput() async throws {
    let shell = try RunningProgram(
      "/bin/bash", ["-c", "exec \"$@\" >/dev/full", "bash", Sagflow.path, "replay", "--records", Self.sample])
    let outcome = try await shell.end()
    expect(outcome, status: 74, "standard output: No space left on device")
  }

  @Test("standard input is a capture like any other")
  func standardInput() async throws {
    let named = try await Sagflow.run(["replay", "--records", Self.sample])
    let piped = try await Sagflow.run(["replay", "--records", "-"], input: Self.sample)
    #expect(piped.status == 0)
    #expect(piped.errors == "")
    #expect(piped.output == named.output)
    let both = try await Sagflow.run(["replay", "--records", Self.sample, "-"], input: Self.sample)
    #expect(both.output == named.output + named.output)
  }
}
