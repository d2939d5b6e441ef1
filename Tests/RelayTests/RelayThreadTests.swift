import Capture
import FlowFilter
import Glibc
import NetworkBytes
import Relay
import TestSupport
import Testing

@Suite("Relaying", .tags(.network), .unlessFast, .ownThread)
struct RelayThreadTests {
  private static func options(_ targets: Endpoint...) -> RelayOptions {
    var options = RelayOptions()
    options.targets = targets
    return options
  }

  @Test(
    "Datagrams of any size arrive octet by octet and in order, round and round the ring", arguments: [localV4, localV6])
  func order(local: Endpoint) throws {
    let seed = runSeed("SAGFLOW_RELAY_SEED")
    var random = SeededGenerator(seed: seed)
    var target = try Target(at: local)
    var options = Self.options(target.endpoint)
    // The smallest possible queue: a few full datagrams.
    options.queue = 0
    var relayed = try Relayed(options, at: local)
    var sender = try UDPSender(from: local)
    for round in 0..<60 {
      let sizes = (0..<1 + random.below(12)).map { $0 % 7 == 6 ? random.below(40_000) : random.below(1473) }
      for (number, size) in sizes.enumerated() {
        try sender.send(pattern(size, seed: round + number).rawSpan, to: relayed.endpoint)
      }
      try relayed.take(sizes.count)
      let received = try target.receive(sizes.count).map(\.payload)
      #expect(received == sizes.enumerated().map { pattern($1, seed: round + $0) }, "seed \(seed), round \(round)")
    }
    relayed.relay.finish()
    let report = try #require(relayed.relay.reports.first)
    #expect((report.failed, report.dropped, report.waiting, report.failure) == (0, 0, 0, nil))
  }

  @Test("A target that nobody listens on is counted and named, and the other one gets everything")
  func refused() throws {
    var target = try Target()
    // The port must be unused; binding it without reading would not cause errors.
    let dead = Endpoint(address: localV4.address, port: try LoopbackSocket.freePort())
    var relayed = try Relayed(Self.options(dead, target.endpoint))
    var sender = try UDPSender(from: localV4)
    let sent = (0..<50).map { pattern(100, seed: $0) }
    for payload in sent {
      try sender.send(payload.rawSpan, to: relayed.endpoint)
      try relayed.take(1)
    }
    #expect(try target.receive(50).map(\.payload) == sent)
    try relayed.wait { $0.sent + $0.failed == 50 }
    // The error of the last datagram may arrive later.
    let reports = relayed.relay.reports
    #expect(reports[0].failed > 0)
    #expect(reports[0].failure?.contains("Connection refused") == true, "\(reports[0])")
    #expect((reports[1].sent, reports[1].failed, reports[1].failure) == (50, 0, nil))
    relayed.relay.finish()
  }

  @Test("A target that takes nothing drops its oldest; neither reception nor another target waits for it")
  func blocked() throws {
    var target = try Target()
    // A pair of local sockets: the peer's queue fills up quickly, because nothing reads it.
    var pair: [Int32] = [-1, -1]
    // Sound: the call writes two numbers into a local array of two.
    #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &pair) == 0)
    defer { close(pair[1]) }
    var options = Self.options(Endpoint(address: localV4.address, port: 9), target.endpoint)
    options.queue = 300_000
    var relayed = try Relayed(
      options, [RelaySocket(connected: pair[0]), RelaySocket(to: target.endpoint, keepsSource: false)])
    var sender = try UDPSender(from: localV4)
    let count = 3000
    for first in stride(from: 0, to: count, by: 20) {
      let payloads = (first..<first + 20).map { pattern(1000, seed: $0) }
      for payload in payloads { try sender.send(payload.rawSpan, to: relayed.endpoint) }
      try relayed.take(payloads.count)
      let received = try target.receive(payloads.count).map(\.payload)
      #expect(received == payloads)
    }
    try relayed.wait { $0.dropped > 0 }
    relayed.relay.finish()
    let reports = relayed.relay.reports
    #expect(reports[0].sent + reports[0].failed + reports[0].dropped == UInt64(count), "\(reports[0])")
    #expect(reports[0].failed == 0)
    #expect((reports[1].sent, reports[1].dropped) == (UInt64(count), 0))
    // The datagrams sent before are the first ones, in order.
    var taken = 0
    var octets = [UInt8](repeating: 0, count: 2000)
    // Sound: the call writes into a local array, up to its length.
    while unsafe recv(pair[1], &octets, octets.count, Int32(MSG_DONTWAIT)) == 1000 {
      #expect(Octets(octets.prefix(1000)) == pattern(1000, seed: taken))
      taken += 1
    }
    #expect(reports[0].sent == UInt64(taken))
  }

  @Test("What the ring has no room for is dropped and counted, for exporters that are relayed alone")
  func full() throws {
    var target = try Target()
    var options = Self.options(target.endpoint)
    options.queue = 0
    options.exporters = [try #require(Network("127.0.0.2"))]
    var receiver = try listening(at: localV4)
    // Not started: nothing removes datagrams from the queue.
    let relay = try RelayThread(options, worker: 0, quiet(options))
    var senders = [UInt32(0x7f00_0001), 0x7f00_0002]
      .map { Endpoint(address: IPAddress(v4: $0), port: 0) }
    var sent = 0
    for _ in 0..<10 {
      senders.swapAt(0, 1)
      var sender = try UDPSender(from: senders[0])
      try sender.send(pattern(60_000).rawSpan, to: receiver.localEndpoint(0))
      guard case .datagrams = try receiver.receive(timeout: 60_000) else { break }
      relay.take(receiver)
      sent += receiver.count
    }
    #expect(sent == 10)
    relay.start()
    relay.finish()
    let report = try #require(relay.reports.first)
    #expect(report.sent > 0 && report.dropped > 0, "\(report)")
    #expect(report.sent + report.dropped == 5, "\(report)")
    #expect(try target.receive(Int(report.sent)).count == Int(report.sent))
    #expect(try target.isEmpty())
  }

  @Test("Only datagrams of the exporters that are named are relayed")
  func exporters() throws {
    var target = try Target()
    var options = Self.options(target.endpoint)
    options.exporters = [try #require(Network("127.0.0.2/31"))]
    var relayed = try Relayed(options)
    for last in UInt32(1)...4 {
      var sender = try UDPSender(from: Endpoint(address: IPAddress(v4: 0x7f00_0000 | last), port: 0))
      try sender.send([UInt8(last)].rawSpan, to: relayed.endpoint)
    }
    try relayed.take(4)
    #expect(try target.receive(2).map(\.payload) == [[2], [3]])
    relayed.relay.finish()
    #expect(try target.isEmpty())
    #expect(relayed.relay.reports[0].sent == 2)
  }

  @Test(
    "With keepsSource the target sees the exporter's own address and port",
    .enabled(if: mayKeepSource, "CAP_NET_RAW is missing"),
    arguments: [(localV4, Endpoint(address: IPAddress(v4: 0x7f00_0002), port: 0)), (localV6, localV6)])
  func source(local: Endpoint, exporter: Endpoint) throws {
    var target = try Target(at: local)
    var options = Self.options(target.endpoint)
    options.keepsSource = true
    var relayed = try Relayed(options, at: local)
    var sender = try UDPSender(from: exporter)
    let sizes = [0, 1, 1400, 1472, 9000]
    for (number, size) in sizes.enumerated() {
      try sender.send(pattern(size, seed: number).rawSpan, to: relayed.endpoint)
    }
    try relayed.take(sizes.count)
    let received = try target.receive(sizes.count)
    #expect(received.map(\.source) == sizes.map { _ in sender.localEndpoint })
    #expect(received.map(\.payload) == sizes.enumerated().map { pattern($1, seed: $0) })
    relayed.relay.finish()
  }

  @Test(
    "An address that is not of the target's family, and a datagram that is above the MTU, are counted and named",
    .enabled(if: mayKeepSource, "CAP_NET_RAW is missing"),
    arguments: [(localV4, 1, "family"), (localV6, 65_527, "Message too long")])
  func unkept(local: Endpoint, size: Int, words: String) throws {
    var target = try Target(at: localV6)
    var options = Self.options(target.endpoint)
    options.keepsSource = true
    var relayed = try Relayed(options, at: local)
    var sender = try UDPSender(from: local)
    try sender.send(zeros(size).rawSpan, to: relayed.endpoint)
    try relayed.take(1)
    try relayed.wait { $0.failed == 1 }
    #expect(relayed.relay.reports[0].failure?.contains(words) == true, "\(relayed.relay.reports)")
    relayed.relay.finish()
    #expect(try target.isEmpty())
  }

  @Test("A refusal names the capability and what to do under systemd")
  func refusal() {
    let error = SocketError(
      operation: .keepSource, endpoint: Endpoint(address: IPAddress(v4: 0xc000_0201), port: 9995), code: EPERM)
    let start = "cannot keep the exporter's address of datagrams for 192.0.2.1:9995: Operation not permitted; "
    #expect(error.description.hasPrefix(start), "\(error)")
    for words in ["CAP_NET_RAW", "AmbientCapabilities=CAP_NET_RAW", "setcap", "relay.keepSource: false"] {
      #expect(error.description.contains(words), "\(error)")
    }
  }
}
