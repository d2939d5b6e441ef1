import ArgumentParser
import CloudAPI
import Collector
import Files
import FlowLines
import FlowText
import Foundation
import Logging
import Settings
import Shipping

struct OutputTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Checks that an output's destination would accept files or lines.",
    discussion:
      "Ships and writes nothing, and needs no running collector. Run it as the collector's user: it reads the same secrets."
  )

  @OptionGroup var output: OutputName

  func run() async throws {
    let (configured, values) = try output.load()
    switch configured {
    case .files(let setting): try await test(setting, values)
    case .lines(let setting): try test(setting)
    }
    print("\(output.name): OK")
  }

  private func test(_ setting: LineSetting) throws(CommandFailure) {
    do throws(FileError) {
      for line in try setting.options.test() { print(TerminalText.escaped(line)) }
    } catch {
      throw CommandFailure(.refused, "\(setting.name): \(error)")
    }
  }

  private func test(_ setting: OutputSetting, _ values: CollectorConfiguration) async throws {
    LogOutput(values, environment: ProcessInfo.processInfo.environment).bootstrap()
    do {
      let destination = try setting.makeDestination(logger: Logger(label: "sagflow"))
      for line in try await destination.test() { print(TerminalText.escaped(line)) }
    } catch let failure as ShippingFailure {
      throw CommandFailure(
        failure.remedy == .retry ? .unavailable : .refused, "\(setting.name): \(TerminalText.escaped(failure.reason))")
    }
  }
}
