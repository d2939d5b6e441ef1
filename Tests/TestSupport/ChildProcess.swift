public import CChildProcess
import Foundation
import Glibc
import Synchronization

/// A program that runs beside the test and is terminated at the latest with its owner.
///
/// Replaces Foundation's `Process`, which learns of a program's end through a socket: another program started at the
/// same moment may inherit the socket, and the end is then not noticed before that program ends, too.
public final class ChildProcess: Sendable {
  public let identifier: pid_t
  private let ended = Mutex<Int32?>(nil)

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Starts the program with no signal blocked or ignored: tests run on threads that block most signals, and children
  /// inherit that.
  ///
  /// - Parameters:
  ///   - environment: the complete environment; nil for the test's own.
  ///   - input: a file to read.
  ///   - output: a file that standard output is appended to.
  ///   - errors: the same for standard error; may be the same file.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil,
    input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    // Otherwise Python would leave folders of compiled modules among the sources.
    let variables = (environment ?? ProcessInfo.processInfo.environment)
      .merging(["PYTHONDONTWRITEBYTECODE": "1"]) { own, _ in own }.map { "\($0)=\($1)" }
    let result = unsafe Self.withPointers(to: [path] + arguments) { argv in
      unsafe Self.withPointers(to: variables) { envp in
        unsafe test_spawn(path, argv, envp, directory, input, output, errors)
      }
    }
    guard result > 0 else { throw Failure(description: "\(path): cannot be started: errno \(-result)") }
    identifier = result
  }

  /// Sound: the copies of the strings live during `body`, and the called function copies what it keeps.
  private static func withPointers(
    to strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    let pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return -EINVAL }
      return unsafe body(base)
    }
  }

  /// The exit status, or 128 plus the signal number as in a shell; nil while the program runs.
  public var status: Int32? { wait(WNOHANG) }

  public var isRunning: Bool { status == nil }

  /// Waits for the end on a separate thread, and returns the status.
  @discardableResult
  public func end() async -> Int32 {
    let identifier = identifier
    if let status { return status }
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        // Leaves the process to be reaped by `status`, so that its callers need not wait meanwhile.
        // Sound: the call writes one value into a local variable, which is never read.
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        continuation.resume()
      }
    }
    return status ?? -1
  }

  /// Blocks the thread until the end: for programs that end at once.
  @discardableResult
  func waitForEnd() -> Int32 { wait(0) ?? -1 }

  private func wait(_ options: Int32) -> Int32? {
    ended.withLock { known in
      if let known { return known }
      var status: Int32 = 0
      var result: pid_t
      // Sound: the call writes one number into a local variable.
      repeat { result = unsafe waitpid(identifier, &status, options) } while result < 0 && errno == EINTR
      guard result == identifier else { return nil }
      let signal = status & 0x7f
      known = signal == 0 ? status >> 8 & 0xff : 128 + signal
      return known
    }
  }

  public func signal(_ number: Int32) {
    if isRunning { kill(identifier, number) }
  }

  deinit {
    signal(SIGKILL)
    waitForEnd()
  }
}
