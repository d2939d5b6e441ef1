import ArgumentParser
import Capture
import Dispatch
import Foundation
import NetworkBytes
import StreamReception
import TrafficGenerator

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Sends synthetic flows to a collector: a test exporter.",
    discussion: "The same seed generates the same flows. At the end it prints what it sent, to compare with the ledger."
  )

  @Option(
    help: ArgumentHelp(
      "Address and port of the collector; UDP unless prefixed with tcp:// or tls://.", valueName: "host:port"))
  var to: String

  @OptionGroup(title: "TLS") var security: ExportSecurity

  @Option(help: ArgumentHelp("5, 9 or 10 (IPFIX; default: 9, over TCP and TLS 10).", valueName: "version"))
  var netflowVersion: UInt16?

  @Option(help: ArgumentHelp("Flow records to send.", valueName: "n"))
  var flows: UInt64 = 10_000

  @Option(help: ArgumentHelp("Flow records per second; 0: as fast as possible.", valueName: "r"))
  var rate: Double = 1000

  @Option(help: ArgumentHelp("Observation domain, source id or engine.", valueName: "id"))
  var domain: UInt32 = 0

  @Option(help: ArgumentHelp("Announce that one packet in this many was sampled.", valueName: "n"))
  var sampling: UInt32 = 1

  @Option(help: ArgumentHelp("Random seed (default: a new one each time).", valueName: "n"))
  var seed: UInt64?

  func validate() throws {
    if let netflowVersion {
      guard let version = ExportVersion(rawValue: netflowVersion) else {
        throw ValidationError("--netflow-version \(netflowVersion): expected 5, 9 or 10")
      }
      guard ExportTarget(to)?.stream == nil || version == .ipfix else {
        throw ValidationError(
          "--netflow-version \(netflowVersion): TCP and TLS support only IPFIX (10); omit the option")
      }
    }
    guard rate >= 0, rate.isFinite else { throw ValidationError("--rate \(rate): expected 0 or more") }
  }

  func run() throws {
    let destination = try destination()
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    var generator = try makeGenerator(version(over: destination), seed: seed)
    do {
      try send(&generator, to: destination)
    } catch let error as SocketError {
      throw CommandFailure(error)
    } catch {
      throw CommandFailure(.unavailable, "\(error)")
    }
    print(
      "sent \(generator.sentFlows) flows in \(generator.sentMessages) \(destination.stream == nil ? "datagrams" : "messages") of \(generator.sentOctets) octets to \(destination), seed \(seed)"
    )
  }

  private func destination() throws(CommandFailure) -> ExportTarget {
    if let target = ExportTarget(to) { return target }
    throw CommandFailure(.usage, "--to: expected an IP address and a port, such as 127.0.0.1:9995, found '\(to)'")
  }

  private func version(over destination: ExportTarget) -> ExportVersion {
    if destination.stream != nil { return .ipfix }
    return netflowVersion.flatMap(ExportVersion.init(rawValue:)) ?? .netFlow9
  }

  private func makeGenerator(_ version: ExportVersion, seed: UInt64) throws(CommandFailure) -> FlowGenerator {
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.domain = domain
    configuration.samplingInterval = sampling
    configuration.bootTime = Int64(Date().timeIntervalSince1970 * 1000) - 3_600_000
    do throws(ExportError) {
      return try FlowGenerator(configuration, seed: seed, flows: flows, rate: rate)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  private func send(_ generator: inout FlowGenerator, to destination: ExportTarget) throws {
    guard let stream = destination.stream else {
      var sender = DatagramExport(sender: try UDPSender(to: destination.endpoint), destination: destination.endpoint)
      return try send(&generator, over: &sender)
    }
    var sender = try StreamSender(to: destination.endpoint, security: stream == .tls ? security.security : nil)
    defer { sender.close() }
    try send(&generator, over: &sender)
    try sender.check()
  }

  private func send<Sender: MessageExport & ~Copyable>(
    _ generator: inout FlowGenerator, over sender: inout Sender
  ) throws {
    var message: [UInt8] = []
    let start = DispatchTime.now().uptimeNanoseconds
    while !generator.isFinished {
      let wait = generator.wait(elapsed: DispatchTime.now().uptimeNanoseconds - start)
      if wait > 0 {
        try sender.flush()
        Thread.sleep(forTimeInterval: Double(wait) / 1e9)
      }
      generator.next(at: Int64(Date().timeIntervalSince1970 * 1000), into: &message)
      if message.isEmpty { break }
      try sender.enqueue(message)
    }
    try sender.flush()
  }
}

/// What messages of one exporter go out through.
private protocol MessageExport: ~Copyable {
  mutating func enqueue(_ message: [UInt8]) throws
  mutating func flush() throws
}

private struct DatagramExport: MessageExport, ~Copyable {
  var sender: UDPSender
  let destination: Endpoint

  mutating func enqueue(_ message: [UInt8]) throws { try sender.enqueue(message.rawSpan, to: destination) }
  mutating func flush() throws { try sender.flush() }
}

extension StreamSender: MessageExport {}
