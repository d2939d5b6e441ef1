public import Foundation

/// Records what a setup changes in the account, before each change, so that a later run can resume or undo it after any
/// interruption.
public struct SetupRecord: Codable, Hashable, Sendable {
  public var regionID: String
  public var name: String
  public var savedAt: Date
  /// The description of the flow log that it creates, which identifies it while the id is unknown.
  public var creation: String?
  /// The flow log being set up; nil before it is known.
  public var flowLogID: String?
  /// The original state of an existing flow log, before its first change.
  public var before: FlowLog?
  /// Ids of the gateways that it binds.
  public var gateways: [String] = []
  /// Whether it activates the flow log.
  public var activates = false
  /// Whether a teardown has reached the deletion of the flow log.
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

  /// Whether the flow log was created by this setup.
  public var createsFlowLog: Bool { creation != nil }

  /// Whether it has changed nothing.
  public var isEmpty: Bool { creation == nil && before == nil && gateways.isEmpty && !activates }

  /// Returns whether a flow log with the name is the one that it created, whose id is unknown because the response was
  /// lost.
  private func isOwn(_ log: FlowLog) -> Bool { (log[.description] ?? "") == creation }

  /// Returns the flow log of this setup among those of the region.
  ///
  /// One found only by name, and not created by this setup, is used from here on, but not considered its own.
  ///
  /// - Throws: `SetupError` if several have the name, or the known one does not exist.
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

  /// Encodes as JSON.
  public func encoded() throws -> Data {
    try StateJSON.encode(self)
  }

  /// - Throws: a `DecodingError` if the text is not such a record.
  public init(decoding data: Data) throws {
    self = try StateJSON.decode(data)
  }
}
