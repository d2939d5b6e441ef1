/// Flow records on their way from one stage to the next, with the rare fields of those that have any.
///
/// One owner at a time: a batch moves between threads, it is never shared.
public struct FlowBatch: ~Copyable, Sendable {
  public var records: [FlowRecord] = []
  /// Rare fields; a record's `extensionNumber` counts from 1 into this array.
  public var extensions: [FlowExtension] = []
  /// What is known of the records, as many and in their order; empty where nothing is known. Of a batch that waits to leave the pipeline,
  /// those of the last records may be missing.
  public var facts: [FlowFacts] = []

  public init(capacity: Int = 0) {
    records.reserveCapacity(capacity)
  }

  @inlinable public var count: Int { records.count }
  @inlinable public var isEmpty: Bool { records.isEmpty }

  /// Keeps facts in step with records that were appended from another batch.
  ///
  /// - Parameters:
  ///   - range: the records' places in `batch`.
  ///   - count: records that there were before.
  package mutating func appendFacts(of batch: borrowing FlowBatch, _ range: Range<Int>, behind count: Int) {
    if batch.facts.isEmpty, facts.isEmpty { return }
    if facts.isEmpty { facts = Array(repeating: FlowFacts(), count: count) }
    if batch.facts.isEmpty {
      facts.append(contentsOf: repeatElement(FlowFacts(), count: range.count))
    } else {
      facts.append(contentsOf: batch.facts[range])
    }
  }

  /// What is known of a record.
  @inlinable public func facts(of index: Int) -> FlowFacts { index < facts.count ? facts[index] : FlowFacts() }

  /// A batch with the same flows.
  public func copy() -> FlowBatch {
    var copy = FlowBatch()
    copy.records = records
    copy.extensions = extensions
    copy.facts = facts
    return copy
  }

  /// Empties the batch and keeps its memory.
  public mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    extensions.removeAll(keepingCapacity: true)
    facts.removeAll(keepingCapacity: true)
  }
}
