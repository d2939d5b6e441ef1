import Synchronization

/// Holds the current snapshot for all pipelines of a process.
public final class KnowledgeSource: Sendable {
  private let present: Mutex<Knowledge>

  public init(_ knowledge: Knowledge = Knowledge()) { present = Mutex(knowledge) }

  public var knowledge: Knowledge { present.withLock { $0 } }

  /// Replaces the snapshot; flows that leave a cache from now on use the new one.
  public func publish(_ knowledge: Knowledge) { present.withLock { $0 = knowledge } }
}
