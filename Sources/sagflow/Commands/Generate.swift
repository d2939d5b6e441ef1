import ArgumentParser
import Capture
import Dispatch
import Foundation
import NetworkBytes
import TrafficGenerator

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Sends made-up flows to a collector: a test exporter.",
    discussion: "The same seed makes the same flows. It ends by telling what it sent, to compare with the ledger.")

  @Option(help: ArgumentHelp("Address and UDP port of the collector.", valueName: "host:port"))
  var to: String

  @Option(help: ArgumentHelp("5, 9 or 10 (IPFIX).", valueName: "version"))
  var netflowVersion: UInt16 = 9

  @Option(help: ArgumentHelp("Flow records to send.", valueName: "n"))
  var flows: UInt64 = 10_000

  @Option(help: ArgumentHelp("Flow records a second; 0: as fast as it goes.", valueName: "r"))
  var rate: Double = 1000

  @Option(help: ArgumentHelp("Observation domain, source id or engine.", valueName: "id"))
  var domain: UInt32 = 0

  @Option(help: ArgumentHelp("Announce that one packet in this many was sampled.", valueName: "n"))
  var sampling: UInt32 = 1

  @Option(help: ArgumentHelp("Start of the random numbers (default: another one each time).", valueName: "n"))
  var seed: UInt64?

  func validate() throws {
    guard ExportVersion(rawValue: netflowVersion) != nil else {
      throw ValidationError("--netflow-version \(netflowVersion): expected 5, 9 or 10")
    }
    guard rate >= 0, rate.isFinite else { throw ValidationError("--rate \(rate): expected 0 or more") }
  }

  func run() throws {
    let destination = try destination()
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    var generator = try makeGenerator(seed: seed)
    do throws(SocketError) {
      try send(&generator, to: destination)
    } catch {
      throw CommandFailure(error)
    }
    print(
      "sent \(generator.sentFlows) flows in \(generator.sentMessages) datagrams of \(generator.sentOctets) octets to \(destination), seed \(seed)"
    )
  }

  private func destination() throws(CommandFailure) -> Endpoint {
    // Names are not resolved, and both families at once are for listening.
    if let address = try? ListenAddress(to), !address.isBothFamilies, let endpoint = address.endpoints.first,
      endpoint.port != 0
    {
      return endpoint
    }
    throw CommandFailure(.usage, "--to: expected an IP address and a port, such as 127.0.0.1:9995, found '\(to)'")
  }

  private func makeGenerator(seed: UInt64) throws(CommandFailure) -> FlowGenerator {
    var configuration = MessageEncoder.Configuration(version: ExportVersion(rawValue: netflowVersion) ?? .netFlow9)
    configuration.domain = domain
    configuration.samplingInterval = sampling
    configuration.bootTime = Int64(Date().timeIntervalSince1970 * 1000) - 3_600_000
    do throws(ExportError) {
      return try FlowGenerator(configuration, seed: seed, flows: flows, rate: rate)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  private func send(_ generator: inout FlowGenerator, to destination: Endpoint) throws(SocketError) {
    var sender = try UDPSender(to: destination)
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
      try sender.enqueue(message.rawSpan, to: destination)
    }
    try sender.flush()
  }
}
