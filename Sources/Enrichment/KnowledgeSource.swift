import Synchronization

/// The present knowledge, which all pipelines of a process ask for.
public final class KnowledgeSource: Sendable {
  private let present: Mutex<Knowledge>

  public init(_ knowledge: Knowledge = Knowledge()) { present = Mutex(knowledge) }

  public var knowledge: Knowledge { present.withLock { $0 } }

  /// Flows that leave from now on have the new knowledge.
  public func publish(_ knowledge: Knowledge) { present.withLock { $0 = knowledge } }
}
