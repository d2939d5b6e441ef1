package import Logging
package import Settings
package import Shipping

extension OutputSetting {
  /// What takes the output's files. Nothing is opened.
  ///
  /// - Throws: `ShippingFailure` with what to do about the settings.
  package func makeDestination(logger: Logger) throws(ShippingFailure) -> any FileDestination {
    switch destination {
    case .clickHouse: throw ShippingFailure(.wait, "type \(kind.rawValue) is not in this build")
    case .objects: throw ShippingFailure(.wait, "type \(kind.rawValue) is not in this build")
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
