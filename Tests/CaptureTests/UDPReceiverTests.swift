import Capture
import Foundation
import Glibc
import NetworkBytes
import TestSupport
import Testing

let localV4 = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)
let localV6 = Endpoint(address: IPAddress(high: 0, low: 1), port: 0)

/// A datagram as delivered by a receiver.
struct Received: Equatable {
  var socket: Int
  var source: Endpoint
  var payload: [UInt8]
  var arrival: Int64
}

/// Receives datagrams until `wanted` have arrived or none arrives for two seconds.
func takeDatagrams(_ wanted: Int, from receiver: inout UDPReceiver) throws -> [Received] {
  var taken: [Received] = []
  while taken.count < wanted, case .datagrams = try receiver.receive(timeout: 60_000) {
    for index in 0..<receiver.count {
      let datagram = receiver.datagram(index)
      taken.append(
        Received(
          socket: receiver.socketIndex, source: datagram.source, payload: datagram.bytes.copied(),
          arrival: datagram.arrival))
    }
  }
  return taken
}

@Suite("UDP receiver", .tags(.network), .unlessFast, .ownThread)
struct UDPReceiverTests {
  static func receiver(at endpoint: Endpoint = localV4, batch: Int = 64) throws -> UDPReceiver {
    var receiver = try UDPReceiver(batch: batch)
    receiver.add(try UDPSocket(listening: endpoint, receiveBuffer: 4 << 20))
    return receiver
  }

  @Test("Datagrams of every size arrive whole, with their sender", arguments: [localV4, localV6])
  func sizes(_ local: Endpoint) throws {
    var receiver = try Self.receiver(at: local)
    var sender = try UDPSender(from: local)
    let largest = local.address.isV4 ? 65_507 : 65_527
    let sizes = [0, 1, 48, 1_400, 1_472, 9_000, 65_507, largest, 0, 7]
    for (number, size) in sizes.enumerated() {
      try sender.send(pattern(size, seed: number).rawSpan, to: receiver.localEndpoint(0))
    }
    let taken = try takeDatagrams(sizes.count, from: &receiver)
    #expect(taken.map(\.payload) == sizes.enumerated().map { pattern($1, seed: $0) })
    #expect(taken.allSatisfy { $0.source == sender.localEndpoint })
    #expect(receiver.counters(0).datagrams == UInt64(sizes.count))
    #expect(receiver.counters(0).truncated == 0)
  }

  @Test("The arrival time is the kernel's: when the datagram was sent, not when it is taken")
  func arrivalTime() throws {
    var receiver = try Self.receiver()
    var sender = try UDPSender(to: receiver.localEndpoint(0))
    // The kernel starts to record timestamps shortly after the host's first socket requests them, which may be late on
    // a busy machine. A timestamp taken on receipt would never be earlier than `before`.
    for _ in 0..<600 {
      let before = Int64(Date().timeIntervalSince1970 * 1e9)
      try sender.send(pattern(9).rawSpan, to: receiver.localEndpoint(0))
      usleep(50_000)
      let taking = Int64(Date().timeIntervalSince1970 * 1e9)
      let arrival = try #require(try takeDatagrams(1, from: &receiver).first).arrival
      try #require(arrival > before - 5_000_000, "\(arrival - before) of \(taking - before) ns")
      if arrival < taking { return }
    }
    Issue.record("arrival times are those of taking")
  }

  @Test("More datagrams than a batch holds come in several, in order, none twice", arguments: [1, 3, 64])
  func batches(_ batch: Int) throws {
    var receiver = try Self.receiver(batch: batch)
    var sender = try UDPSender(from: localV4, batch: 50)
    for number in 0..<500 { try sender.enqueue(pattern(100, seed: number).rawSpan, to: receiver.localEndpoint(0)) }
    try sender.flush()
    let taken = try takeDatagrams(500, from: &receiver)
    #expect(taken.map(\.payload) == (0..<500).map { pattern(100, seed: $0) })
    #expect(try receiver.receive(timeout: 0) == .nothing)
    #expect(receiver.count == 0)
  }

  @Test("One receiver serves several sockets in turns, so that a busy one does not hide the others")
  func severalSockets() throws {
    var receiver = try UDPReceiver(batch: 8)
    for endpoint in [localV4, localV6, localV4] {
      receiver.add(try UDPSocket(listening: endpoint, receiveBuffer: 4 << 20))
    }
    #expect(receiver.socketCount == 3)
    var sender4 = try UDPSender(from: localV4)
    var sender6 = try UDPSender(from: localV6)
    for _ in 0..<200 { try sender4.enqueue(pattern(50).rawSpan, to: receiver.localEndpoint(0)) }
    try sender4.flush()
    #expect(try receiver.receive(timeout: 60_000) == .datagrams)
    #expect(receiver.count == 8)
    try sender4.send(pattern(1).rawSpan, to: receiver.localEndpoint(2))
    try sender6.send(pattern(2).rawSpan, to: receiver.localEndpoint(1))
    let taken = try takeDatagrams(194, from: &receiver)
    #expect(taken.count == 194)
    let place1 = try #require(taken.firstIndex { $0.socket == 1 })
    let place2 = try #require(taken.firstIndex { $0.socket == 2 })
    #expect(max(place1, place2) < 20)
    #expect(taken[place1].payload == pattern(2))
    #expect(taken[place2].payload == pattern(1))
    #expect((0..<3).map { receiver.counters($0).datagrams } == [200, 1, 1])
  }

  @Test("Nothing comes within the timeout, and a receiver without sockets waits as well")
  func timeout() throws {
    var receiver = try Self.receiver()
    #expect(try receiver.receive(timeout: 20) == .nothing)
    var idle = try UDPReceiver()
    let start = ContinuousClock.now
    #expect(try idle.receive(timeout: 20) == .nothing)
    #expect(ContinuousClock.now - start >= .milliseconds(15))
  }

  @Test("A wake-up ends waiting at once, from another thread or before the wait, and comes before datagrams")
  func wakeUp() throws {
    var receiver = try Self.receiver()
    let wakeUp = receiver.wakeUp
    let thread = Thread {
      usleep(50_000)
      wakeUp.wake()
    }
    thread.start()
    #expect(try receiver.receive(timeout: 60_000) == .woken)

    var sender = try UDPSender(to: receiver.localEndpoint(0))
    try sender.send(pattern(5).rawSpan, to: receiver.localEndpoint(0))
    wakeUp.wake()
    wakeUp.wake()
    #expect(try receiver.receive(timeout: 60_000) == .woken)
    #expect(try takeDatagrams(1, from: &receiver).map(\.payload) == [pattern(5)])
    #expect(try receiver.receive(timeout: 0) == .nothing)
  }

  @Test("No wake-up is lost however calls fall together")
  func manyWakeUps() throws {
    var receiver = try Self.receiver()
    let wakeUp = receiver.wakeUp
    for _ in 0..<2_000 {
      Thread.detachNewThread { wakeUp.wake() }
      #expect(try receiver.receive(timeout: 60_000) == .woken)
    }
  }

  @Test("What the kernel drops at a small receive buffer is counted to the last datagram")
  func kernelDrops() throws {
    var receiver = try UDPReceiver()
    receiver.add(try UDPSocket(listening: localV4, receiveBuffer: 1))
    var sender = try UDPSender(from: localV4)
    for round in 1...2 {
      for _ in 0..<300 { try sender.enqueue(pattern(400).rawSpan, to: receiver.localEndpoint(0)) }
      try sender.flush()
      var taken = 0
      while case .datagrams = try receiver.receive(timeout: 100) { taken += receiver.count }
      #expect(taken > 0)
      #expect(taken < 300)
      #expect(receiver.counters(0).datagrams + receiver.kernelDrops(0).total == UInt64(300 * round))
    }
  }

  @Test("A datagram that follows drops tells of them")
  func dropsWithDatagram() throws {
    var receiver = try UDPReceiver(batch: 1)
    receiver.add(try UDPSocket(listening: localV4, receiveBuffer: 1))
    var sender = try UDPSender(from: localV4)
    for _ in 0..<100 { try sender.enqueue(pattern(400).rawSpan, to: receiver.localEndpoint(0)) }
    try sender.flush()
    #expect(try receiver.receive(timeout: 60_000) == .datagrams)
    // One more datagram: it carries the drop count of those before it. Empty batches, which query the kernel, never
    // occur.
    try sender.send(pattern(1).rawSpan, to: receiver.localEndpoint(0))
    while receiver.datagram(0).bytes.byteCount != 1 { #expect(try receiver.receive(timeout: 60_000) == .datagrams) }
    #expect(receiver.kernelDrops(0).total + receiver.counters(0).datagrams == 101)
  }

  @Test("The kernel's counter of drops is carried on over its wrap, and never counted twice")
  func dropCounter() {
    var drops = KernelDrops(since: .max - 1)
    drops.observe(.max)
    drops.observe(3)
    #expect(drops.total == 5)
    #expect(drops.last == 3)
    drops.observe(.max)
    drops.observe(3)
    #expect(drops.total == 5)
    #expect(drops.last == 3)
    drops.observe(13)
    #expect(drops.total == 15)
    var fresh = KernelDrops()
    fresh.observe(0)
    fresh.observe(7)
    #expect(fresh.total == 7)
  }
}
