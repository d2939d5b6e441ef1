import ClickHouse
import CloudAPI
import Foundation
import Kafka
package import Logging
import ObjectStorage
package import Settings
package import Shipping

extension OutputSetting {
  /// Creates the output's destination. Opens nothing.
  ///
  /// - Throws: `ShippingFailure` if the settings are invalid.
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

/// Replaces a destination with invalid settings: files wait until they are corrected.
struct BrokenDestination: FileDestination {
  let failure: ShippingFailure

  var place: String { "nowhere" }

  func ship(_ file: CommittedFile) async throws { throw ShippingFailure(.wait, failure.reason) }
  func test() async throws -> [String] { throw failure }
}
