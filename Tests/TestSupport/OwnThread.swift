import Dispatch
public import Testing

/// Runs blocking tests, which wait for system calls or for our threads, on a separate thread instead of the few threads
/// shared by all asynchronous code of the process.
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
  /// For tests that block their thread.
  public static var ownThread: Self { OwnThread() }
}

/// Runs the jobs of a task in order on a queue that creates a thread for them.
private final class ThreadExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "a test that blocks")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Sound: the task that prefers this executor retains it while it has jobs.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
