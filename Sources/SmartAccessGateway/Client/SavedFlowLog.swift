public import CloudAPI
public import Foundation

/// The saved state of a flow log, from which it can be restored.
public struct SavedFlowLog: Codable, Sendable {
  public var regionID: String
  public var savedAt: Date
  public var flowLog: FlowLog

  private enum CodingKeys: String, CodingKey {
    case regionID = "RegionId"
    case savedAt = "SavedAt"
    case flowLog = "FlowLog"
  }

  public init(_ flowLog: FlowLog, region: String, at time: Date = Date()) {
    self.flowLog = flowLog
    regionID = region
    savedAt = time
  }

  /// Encodes as JSON with the API's names.
  public func encoded() throws -> Data {
    try StateJSON.encode(self)
  }

  /// - Throws: a `DecodingError` if the text is not a saved state.
  public init(decoding data: Data) throws {
    self = try StateJSON.decode(data)
  }

  /// Returns the settings that restore this state over `present`; what was unset is emptied.
  ///
  /// - Throws: `ParameterError` if the state has an unknown output type or version.
  public func settings(over present: FlowLog) throws(ParameterError) -> FlowLogSettings {
    var settings = try FlowLogSettings(keeping: flowLog)
    if settings.name == nil, present[.name] != nil { settings.name = "" }
    if settings.description == nil, present[.description] != nil { settings.description = "" }
    return settings
  }
}
