import CloudAPI
import SmartAccessGateway

/// Validates values whose meaning the configuration schema does not know.
enum ConfigurationVerification {
  /// Returns what was expected if an element is invalid although the schema accepts it.
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
