import CloudAPI

extension ParameterError.Parameter {
  static func field(_ field: FlowLogField) -> Self { Self(field.rawValue) }
  static let regionID = Self("RegionId")
  static let flowLogID = Self("FlowLogId")
  static let gatewayID = Self("SmartAGId")
}
