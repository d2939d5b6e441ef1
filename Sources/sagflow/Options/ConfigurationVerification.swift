import CloudAPI
import SmartAccessGateway

/// Checks of values whose meaning the configuration's schema does not know.
enum ConfigurationVerification {
  /// What was expected of an element that the schema takes, if it is wrong all the same.
  @Sendable
  static func verify(_ key: String, _ element: String) -> String? {
    switch key {
    case "smartAccessGateway.region": parameter(element, FlowLogNames.checkRegion)
    case "smartAccessGateway.endpoint":
      parameter(element) { text throws(ParameterError) in _ = try ServiceEndpoint(text) }
    case "smartAccessGateway.collector":
      parameter(element) { text throws(ParameterError) in _ = try CollectorTarget(text) }
    default: nil
    }
  }

  private static func parameter(_ element: String, _ check: (String) throws(ParameterError) -> Void) -> String? {
    if element.isEmpty { return nil }
    do throws(ParameterError) {
      try check(element)
      return nil
    } catch {
      return error.expected
    }
  }
}
