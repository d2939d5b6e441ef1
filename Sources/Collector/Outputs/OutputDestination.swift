import ClickHouse
import CloudAPI
import Foundation
import Kafka
package import Logging
import ObjectStorage
package import Settings
package import Shipping

extension OutputSetting {
  /// What takes the output's files. Nothing is opened.
  ///
  /// - Throws: `ShippingFailure` with what to do about the settings.
  package func makeDestination(logger: Logger) throws(ShippingFailure) -> any FileDestination {
    switch destination {
    case .clickHouse(let options):
      return ClickHouseDestination(options, environment: ProcessInfo.processInfo.environment)
    case .objects(let options):
      do throws(ParameterError) {
        return try ObjectDestination(
          options, environment: ProcessInfo.processInfo.environment, homeDirectory: NSHomeDirectory(), logger: logger)
      } catch {
        throw ShippingFailure(.wait, "\(error)")
      }
    case .kafka(let options): return KafkaDestination(options)
    }
  }
}

/// In place of a destination that cannot be made of its settings: files wait until these are mended.
struct BrokenDestination: FileDestination {
  let failure: ShippingFailure

  var place: String { "nowhere" }

  func ship(_ file: CommittedFile) async throws { throw ShippingFailure(.wait, failure.reason) }
  func test() async throws -> [String] { throw failure }
}
