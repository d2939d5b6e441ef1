public import CChildProcess
import Foundation
import Glibc
import Synchronization

/// A program that runs beside the test and is ended with its owner at the latest.
///
/// In place of Foundation's `Process`, which learns of a program's end from a socket: another program that is started at
/// the same moment may inherit it, and then the end is not seen before that one's.
public final class ChildProcess: Sendable {
  public let identifier: pid_t
  private let ended = Mutex<Int32?>(nil)

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Starts the program with no signal blocked or ignored: tests run on threads that block most, and a child inherits that.
  ///
  /// - Parameters:
  ///   - environment: all of it; nil: the test's own.
  ///   - input: a file to read.
  ///   - output: a file that standard output is appended to.
  ///   - errors: the same for standard error; may be the same file.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil,
    input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    // Python would leave folders of compiled modules among the sources.
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

  /// Sound: the copies of the strings live through `body`, and its callee copies what it keeps.
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

  /// The exit status, or 128 and the signal's number as a shell tells it; nil while the program runs.
  public var status: Int32? { wait(WNOHANG) }

  public var isRunning: Bool { status == nil }

  /// Waits for the end on a thread of its own, and gives the status.
  @discardableResult
  public func end() async -> Int32 {
    let identifier = identifier
    if let status { return status }
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        // Left as it is until `status` asks, so that nobody who asks meanwhile has to wait.
        // Sound: the call writes one value into this frame's own, which nobody reads.
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        continuation.resume()
      }
    }
    return status ?? -1
  }

  /// Waits for the end and blocks the thread: for programs that end at once.
  @discardableResult
  func waitForEnd() -> Int32 { wait(0) ?? -1 }

  private func wait(_ options: Int32) -> Int32? {
    ended.withLock { known in
      if let known { return known }
      var status: Int32 = 0
      var result: pid_t
      // Sound: the call writes one number into this frame's own.
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
