import ArgumentParser
import CloudAPI
import Collector
import FlowText
import Foundation
import Logging
import Settings
import Shipping

struct OutputTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Asks an output's destination whether it would take files, and says what is wrong if not.",
    discussion:
      "Ships nothing, and needs no running collector. Run it as the collector's user: it reads the same secrets.")

  @OptionGroup var output: OutputName

  func run() async throws {
    let (setting, values) = try output.load()
    LogOutput(values, environment: ProcessInfo.processInfo.environment).bootstrap()
    do {
      let destination = try setting.makeDestination(logger: Logger(label: "sagflow"))
      for line in try await destination.test() { print(TerminalText.escaped(line)) }
    } catch let failure as ShippingFailure {
      throw CommandFailure(
        failure.remedy == .retry ? .unavailable : .refused, "\(setting.name): \(TerminalText.escaped(failure.reason))")
    }
    print("\(setting.name): OK")
  }
}
