public import FlowModel

/// Writes flows to an output: files, a server, a queue. Confined to the thread of its `OutputThread`.
///
/// No call throws: while nothing can be written, `failure` has the reason, and the writer buffers what it can and
/// counts the rest as lost. Appended rows become visible in two steps, so that a crash never duplicates them: `commit`
/// makes them durable but invisible, and once a checkpoint contains the receipt, `publish` makes them visible.
public protocol OutputWriter: ~Copyable, Sendable {
  /// The part of a checkpoint about this output: what is published with it, and where the next run resumes.
  associatedtype Receipt: Sendable
  associatedtype Failure: Error, Sendable

  var counters: OutputCounters { get }
  /// The last error; nil if there was none.
  var failure: Failure? { get }
  /// Destination for the log: "the store", and its path.
  var target: (name: String, place: String) { get }

  mutating func append(_ flows: borrowing FlowBatch, _ context: FlowContext)

  /// Announces that the pipeline's clock has advanced without flows.
  mutating func advance(to context: FlowContext)

  /// Makes all appended rows durable.
  ///
  /// - Returns: nil if that is impossible now.
  mutating func commit() -> Receipt?

  /// Announces that the receipt of the last commit is in a checkpoint.
  mutating func publish()

  /// Performs slow work, after the outcome of each call has been published.
  mutating func maintain()

  /// Ends; what cannot be written now is not retried.
  mutating func finish()
}

extension OutputWriter where Self: ~Copyable {
  public mutating func maintain() {}
}
