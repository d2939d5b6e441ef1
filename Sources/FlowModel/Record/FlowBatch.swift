/// A batch of flow records with their rare fields, passed from stage to stage.
///
/// It has one owner at a time: batches move between threads and are never shared.
public struct FlowBatch: ~Copyable, Sendable {
  public var records: [FlowRecord] = []
  /// Rare fields; a record's `extensionNumber` is an index into this array, from 1.
  public var extensions: [FlowExtension] = []
  /// Facts about the records, in the same order; empty if there are none. In a batch waiting to leave the pipeline,
  /// those of the last records may be missing.
  public var facts: [FlowFacts] = []

  public init(capacity: Int = 0) {
    records.reserveCapacity(capacity)
  }

  @inlinable public var count: Int { records.count }
  @inlinable public var isEmpty: Bool { records.isEmpty }

  /// Adds facts for records that were appended from another batch.
  ///
  /// - Parameters:
  ///   - range: positions of the records in `batch`.
  ///   - count: number of records before they were appended.
  package mutating func appendFacts(of batch: borrowing FlowBatch, _ range: Range<Int>, behind count: Int) {
    if batch.facts.isEmpty, facts.isEmpty { return }
    if facts.isEmpty { facts = Array(repeating: FlowFacts(), count: count) }
    if batch.facts.isEmpty {
      facts.append(contentsOf: repeatElement(FlowFacts(), count: range.count))
    } else {
      facts.append(contentsOf: batch.facts[range])
    }
  }

  /// Returns the facts about a record.
  @inlinable public func facts(of index: Int) -> FlowFacts { index < facts.count ? facts[index] : FlowFacts() }

  /// Returns a copy.
  public func copy() -> FlowBatch {
    var copy = FlowBatch()
    copy.records = records
    copy.extensions = extensions
    copy.facts = facts
    return copy
  }

  /// Removes all flows and keeps the memory.
  public mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    extensions.removeAll(keepingCapacity: true)
    facts.removeAll(keepingCapacity: true)
  }
}
