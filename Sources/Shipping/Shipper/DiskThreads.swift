import NIOPosix

/// Threads that may block on disks, unlike the cooperative ones.
enum DiskThreads {
  /// Runs to completion even if the task is canceled, because a shipped file must be recorded.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      NIOThreadPool.singleton.submit { _ in continuation.resume(with: Result(catching: body)) }
    }
  }
}
