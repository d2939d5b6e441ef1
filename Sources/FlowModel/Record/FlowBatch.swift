/// Flow records on their way from one stage to the next, with the rare fields of those that have any.
///
/// One owner at a time: a batch moves between threads, it is never shared.
public struct FlowBatch: ~Copyable, Sendable {
  public var records: [FlowRecord] = []
  /// Rare fields; a record's `extensionNumber` counts from 1 into this array.
  public var extensions: [FlowExtension] = []

  public init(capacity: Int = 0) {
    records.reserveCapacity(capacity)
  }

  @inlinable public var count: Int { records.count }
  @inlinable public var isEmpty: Bool { records.isEmpty }

  /// A batch with the same flows.
  public func copy() -> FlowBatch {
    var copy = FlowBatch()
    copy.records = records
    copy.extensions = extensions
    return copy
  }

  /// Empties the batch and keeps its memory.
  public mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    extensions.removeAll(keepingCapacity: true)
  }
}
