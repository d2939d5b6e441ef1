import Capture
import Foundation
import Glibc
import Logging
import NetworkBytes
import Relay
import TestSupport

let localV4 = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)
let localV6 = Endpoint(address: IPAddress(high: 0, low: 1), port: 0)

/// Returns a log that discards its messages.
func quiet(_ options: RelayOptions) -> RelayLog {
  RelayLog(options.targets, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

/// Whether this process may spoof source addresses (CAP_NET_RAW).
let mayKeepSource = (try? RelaySocket(to: Endpoint(address: localV4.address, port: 9), keepsSource: true)) != nil

/// Returns a receiver at an address, with buffer space for everything a test sends at once.
func listening(at local: Endpoint) throws -> UDPReceiver {
  var receiver = try UDPReceiver()
  receiver.add(try UDPSocket(listening: local, receiveBuffer: 8 << 20))
  return receiver
}

/// A collector that a test sends to, with its relay.
struct Relayed: ~Copyable {
  var receiver: UDPReceiver
  let relay: RelayThread

  /// - Parameter sockets: sockets for the targets; nil opens them.
  init(_ options: RelayOptions, at local: Endpoint = localV4, _ sockets: [RelaySocket]? = nil) throws {
    let relay =
      if let sockets {
        try RelayThread(options, sockets, worker: 0, quiet(options))
      } else {
        try RelayThread(options, worker: 0, quiet(options))
      }
    receiver = try listening(at: local)
    self.relay = relay
    relay.start()
  }

  var endpoint: Endpoint { receiver.localEndpoint(0) }

  /// Receives `count` datagrams like the collector, and relays them.
  mutating func take(_ count: Int) throws {
    var taken = 0
    while taken < count, case .datagrams = try receiver.receive(timeout: 60_000) {
      taken += receiver.count
      relay.take(receiver)
    }
    guard taken == count else { throw Missing(what: "\(taken) of \(count) datagrams") }
  }

  /// Waits until a report satisfies the condition.
  func wait(_ index: Int = 0, _ isRight: (RelayReport) -> Bool) throws {
    for _ in 0..<12_000 {
      if isRight(relay.reports[index]) { return }
      usleep(5_000)
    }
    throw Missing(what: "\(relay.reports)")
  }
}

struct Missing: Error, CustomStringConvertible {
  let what: String
  var description: String { "waited in vain: \(what)" }
}

/// A collector that receives relayed datagrams.
struct Target: ~Copyable {
  private var receiver: UDPReceiver
  let endpoint: Endpoint

  init(at local: Endpoint = localV4) throws {
    receiver = try listening(at: local)
    endpoint = receiver.localEndpoint(0)
  }

  /// Waits for `count` datagrams, each with its sender.
  mutating func receive(_ count: Int) throws -> [(source: Endpoint, payload: Octets)] {
    var all: [(source: Endpoint, payload: Octets)] = []
    while all.count < count, case .datagrams = try receiver.receive(timeout: 60_000) {
      for index in 0..<receiver.count {
        let datagram = receiver.datagram(index)
        all.append((datagram.source, datagram.bytes.copied()))
      }
    }
    return all
  }

  /// Returns whether no datagram is waiting.
  mutating func isEmpty() throws -> Bool {
    if case .datagrams = try receiver.receive(timeout: 0) { return false }
    return true
  }
}
