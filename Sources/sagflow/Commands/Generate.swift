import ArgumentParser
import Capture
import Dispatch
import Files
import Foundation
import NetworkBytes
import StreamReception
import TrafficGenerator

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Sends synthetic flows to a collector, or writes a capture of them: a test exporter.",
    discussion: "The same seed generates the same flows. At the end it prints what it sent, to compare with the ledger."
  )

  @Option(
    help: ArgumentHelp(
      "Address and port of the collector; UDP unless prefixed with tcp:// or tls://.", valueName: "host:port"))
  var to: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Instead of sending, write a capture (pcap) whose clock follows --rate and ends now. The sender is 198.18.0.1 plus the domain.",
      valueName: "file"))
  var output: String?

  @OptionGroup(title: "TLS") var security: ExportSecurity

  @Option(help: ArgumentHelp("5, 9 or 10 (IPFIX; default: 9, over TCP and TLS 10).", valueName: "version"))
  var netflowVersion: UInt16?

  @Option(help: ArgumentHelp("Flow records to send.", valueName: "n"))
  var flows: UInt64 = 10_000

  @Option(help: ArgumentHelp("Flow records per second; 0: as fast as possible.", valueName: "r"))
  var rate: Double = 1000

  @Option(help: ArgumentHelp("Observation domain, source id or engine.", valueName: "id"))
  var domain: UInt32 = 0

  @Option(help: ArgumentHelp("Exporters, which take turns; their domains are consecutive.", valueName: "n"))
  var exporters = 1

  @Option(help: ArgumentHelp("Announce that one packet in this many was sampled.", valueName: "n"))
  var sampling: UInt32 = 1

  @Option(help: ArgumentHelp("Random seed (default: a new one each time).", valueName: "n"))
  var seed: UInt64?

  func validate() throws {
    guard (to == nil) != (output == nil) else { throw ValidationError("give either --to or --output") }
    if output != nil, rate <= 0 { throw ValidationError("--rate \(rate): the clock of a capture needs a rate above 0") }
    if let netflowVersion {
      guard let version = ExportVersion(rawValue: netflowVersion) else {
        throw ValidationError("--netflow-version \(netflowVersion): expected 5, 9 or 10")
      }
      guard to.flatMap(ExportTarget.init)?.stream == nil || version == .ipfix else {
        throw ValidationError(
          "--netflow-version \(netflowVersion): TCP and TLS support only IPFIX (10); omit the option")
      }
    }
    guard rate >= 0, rate.isFinite else { throw ValidationError("--rate \(rate): expected 0 or more") }
    guard 1...65_536 ~= exporters else { throw ValidationError("--exporters \(exporters): expected 1 to 65536") }
    // Each would need a connection of its own.
    if exporters > 1, to.flatMap(ExportTarget.init)?.stream != nil {
      throw ValidationError(
        "--exporters \(exporters): over TCP and TLS there is one exporter; start several generators")
    }
  }

  func run() throws {
    if let output { return try write(output) }
    let destination = try destination()
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    var generator = try makeGenerator(version(over: destination.stream), seed: seed, startingAt: Self.now)
    do {
      try send(&generator, to: destination)
    } catch let error as SocketError {
      throw CommandFailure(error)
    } catch {
      throw CommandFailure(.unavailable, "\(error)")
    }
    report("sent", generator, destination.stream == nil ? "datagrams" : "messages", "\(destination)", seed)
  }

  /// Writes a capture with synthetic times.
  private func write(_ path: String) throws {
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    let start = Self.now - Int64(Double(flows) / rate * 1000)
    var generator = try makeGenerator(version(over: nil), seed: seed, startingAt: start)
    let collector = Endpoint(address: IPAddress(v4: 0xc613_0001), port: 9995)
    var message: [UInt8] = []
    do throws(FileError) {
      var capture = try CaptureWriter(path)
      while !generator.isFinished {
        let now = start + Int64(Double(generator.sentFlows) / rate * 1000)
        generator.next(at: now, into: &message)
        let number = domain &+ UInt32(generator.exporter)
        let exporter = Endpoint(address: IPAddress(v4: 0xc612_0001 &+ number & 0xffff), port: 9995)
        try capture.append(message.rawSpan, from: exporter, to: collector, at: now * 1_000_000)
      }
      try capture.flush()
    } catch {
      throw CommandFailure(error)
    }
    report("wrote", generator, "datagrams", path, seed)
  }

  private func report(_ verb: String, _ generator: FlowGenerator, _ unit: String, _ place: String, _ seed: UInt64) {
    print(
      "\(verb) \(generator.sentFlows) flows in \(generator.sentMessages) \(unit) of \(generator.sentOctets) octets to \(place), seed \(seed)"
    )
  }

  private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  private func destination() throws(CommandFailure) -> ExportTarget {
    let text = to ?? ""
    if let target = ExportTarget(text) { return target }
    throw CommandFailure(.usage, "--to: expected an IP address and a port, such as 127.0.0.1:9995, found '\(text)'")
  }

  private func version(over stream: ExportTarget.Stream?) -> ExportVersion {
    if stream != nil { return .ipfix }
    return netflowVersion.flatMap(ExportVersion.init(rawValue:)) ?? .netFlow9
  }

  /// - Parameter time: start time, milliseconds since 1970 UTC.
  private func makeGenerator(
    _ version: ExportVersion, seed: UInt64, startingAt time: Int64
  ) throws(CommandFailure) -> FlowGenerator {
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.domain = domain
    configuration.samplingInterval = sampling
    configuration.bootTime = time - 3_600_000
    do throws(ExportError) {
      return try FlowGenerator(configuration, seed: seed, exporters: exporters, flows: flows, rate: rate)
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
      generator.next(at: Self.now, into: &message)
      if message.isEmpty { break }
      try sender.enqueue(message)
    }
    try sender.flush()
  }
}

/// The transport of an exporter's messages.
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
