import NIOPosix

/// Threads that may wait for disks: those of all asynchronous code may not.
enum DiskThreads {
  /// Runs to its end also where the task is cancelled: a file that was shipped is to be noted.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      NIOThreadPool.singleton.submit { _ in continuation.resume(with: Result(catching: body)) }
    }
  }
}
