import Dispatch
public import Testing

/// Has tests that block, in system calls or for threads of ours, run on a thread of their own, not on one of those few that
/// all asynchronous code of the process shares.
public struct OwnThread: TestTrait, SuiteTrait, TestScoping {
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    try await withTaskExecutorPreference(ThreadExecutor()) { try await function() }
  }
}

extension Trait where Self == OwnThread {
  /// The test blocks its thread.
  public static var ownThread: Self { OwnThread() }
}

/// Runs the jobs of a task one after another on a queue that makes a thread of its own for them.
private final class ThreadExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "a test that blocks")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Sound: the task that prefers this executor holds it for as long as it has jobs.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
