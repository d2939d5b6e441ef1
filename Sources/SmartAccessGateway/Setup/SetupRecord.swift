public import Foundation

/// What a setup makes in the account, noted before it is made, so that a later run can go on or undo it after whatever has
/// stopped the first.
public struct SetupRecord: Codable, Hashable, Sendable {
  public var regionID: String
  public var name: String
  public var savedAt: Date
  /// The description of the flow log that it makes, by which it knows that one again whose id it has not learned.
  public var creation: String?
  /// The flow log that it works on; nil before it knows.
  public var flowLogID: String?
  /// A flow log that was there, before its settings were changed for the first time.
  public var before: FlowLog?
  /// Ids of the gateways that it binds.
  public var gateways: [String] = []
  /// Whether it activates the flow log.
  public var activates = false
  /// Whether a teardown has come as far as deleting the flow log.
  public var deletes = false

  private enum CodingKeys: String, CodingKey {
    case regionID = "RegionId"
    case name = "Name"
    case savedAt = "SavedAt"
    case creation = "Creation"
    case flowLogID = "FlowLogId"
    case before = "Before"
    case gateways = "SmartAGIds"
    case activates = "Activates"
    case deletes = "Deletes"
  }

  public init(region: String, name: String, at time: Date = Date()) {
    regionID = region
    self.name = name
    savedAt = time
  }

  /// Whether the flow log is its own, and not one that was there.
  public var createsFlowLog: Bool { creation != nil }

  /// Whether it has made nothing.
  public var isEmpty: Bool { creation == nil && before == nil && gateways.isEmpty && !activates }

  /// Whether a flow log of the name is the one that it has made, whose id it has not learned because the answer never came.
  private func isOwn(_ log: FlowLog) -> Bool { (log[.description] ?? "") == creation }

  /// The flow log that this setup is about, among those of the region.
  ///
  /// What is found by its name alone, and was not made by this setup, is used from here on, but is not its own.
  ///
  /// - Throws: `SetupError` if several have the name, or the known one is not there.
  public mutating func find(among logs: [FlowLog]) throws(SetupError) -> FlowLog? {
    if let flowLogID {
      if let log = logs.first(where: { $0.id == flowLogID }) { return log }
      if deletes { return nil }
      throw .missingFlowLog(flowLogID, region: regionID)
    }
    let named = logs.filter { $0[.name] == name }
    let own = creation == nil ? [] : named.filter(isOwn)
    let candidates = own.isEmpty ? named : own
    guard let log = candidates.first else { return nil }
    if candidates.count > 1 { throw .ambiguousName(name, ids: candidates.map(\.id)) }
    if own.isEmpty { creation = nil }
    flowLogID = log.id
    return log
  }

  /// JSON.
  public func encoded() throws -> Data {
    try StateJSON.encode(self)
  }

  /// - Throws: a `DecodingError` if the text is not such a record.
  public init(decoding data: Data) throws {
    self = try StateJSON.decode(data)
  }
}
