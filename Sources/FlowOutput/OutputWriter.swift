public import FlowModel

/// Writes flows to where an output keeps them: files, a server, a queue. It belongs to the thread of its `OutputThread`.
///
/// No call throws: while nothing can be written, `failure` says why, and the writer keeps what it can and counts the rest as
/// lost. Rows that are appended become lasting in two steps, so that they are never there twice after a crash: `commit` makes
/// them durable without anybody seeing them, and once a checkpoint contains its receipt, `publish` lets them be seen.
public protocol OutputWriter: ~Copyable, Sendable {
  /// What a checkpoint keeps of the output: what is published with it, and what the next run goes on from.
  associatedtype Receipt: Sendable
  associatedtype Failure: Error, Sendable

  var counters: OutputCounters { get }
  /// What went wrong last; nil if nothing did.
  var failure: Failure? { get }
  /// What it writes to, for the log: "the store", and its path.
  var target: (name: String, place: String) { get }

  mutating func append(_ flows: borrowing FlowBatch, _ context: FlowContext)

  /// The pipeline's clock goes on without flows.
  mutating func advance(to context: FlowContext)

  /// Makes durable all that was appended.
  ///
  /// - Returns: nil if it cannot be done now.
  mutating func commit() -> Receipt?

  /// The receipt of the last commit is in a checkpoint.
  mutating func publish()

  /// What may take long, and follows each call once its outcome is known to others.
  mutating func maintain()

  /// Ends: nobody will try again what cannot be written now.
  mutating func finish()
}

extension OutputWriter where Self: ~Copyable {
  public mutating func maintain() {}
}
