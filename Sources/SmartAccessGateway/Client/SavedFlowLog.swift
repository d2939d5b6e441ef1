public import CloudAPI
public import Foundation

/// A flow log's state at one moment, in a file, so that it can be brought back.
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

  /// JSON with the API's own names.
  public func encoded() throws -> Data {
    try StateJSON.encode(self)
  }

  /// - Throws: a `DecodingError` if the text is not such a state.
  public init(decoding data: Data) throws {
    self = try StateJSON.decode(data)
  }

  /// The settings that bring this state back over `present`: what was unset then is emptied.
  ///
  /// - Throws: `ParameterError` if the state has an output type or version that this program does not know.
  public func settings(over present: FlowLog) throws(ParameterError) -> FlowLogSettings {
    var settings = try FlowLogSettings(keeping: flowLog)
    if settings.name == nil, present[.name] != nil { settings.name = "" }
    if settings.description == nil, present[.description] != nil { settings.description = "" }
    return settings
  }
}
