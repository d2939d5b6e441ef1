import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Octets of files")
struct OctetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("What was written one after the other is read back, from the beginning and from any place")
  func readBack() throws {
    let path = folder.file("file")
    let file = try OpenFile(path, .creating(0o600))
    try file.write(pattern(100_000).span)
    try file.write([UInt8]().span)
    try file.write(pattern(1000).span)
    try file.sync()
    try file.syncContent()
    let reading = try OpenFile(path, .reading)
    #expect(try reading.octets(100_000) == pattern(100_000))
    #expect(try reading.octets(0) == [])
    #expect(try reading.octets(5000) == pattern(1000))
    #expect(try reading.octets(5000) == [])
    #expect(try reading.octets(70, at: 30) == Array(pattern(100)[30...]))
    #expect(try reading.octets(5000, at: 100_900) == Array(pattern(1000)[900...]))
    #expect(try reading.octets(5000, at: 101_000) == [])
  }

  @Test("Octets are written at any place, and the file grows to there")
  func writeAt() throws {
    let file = try OpenFile(folder.file("file"), .updating(0o600))
    #expect(file.write(pattern(10), at: 5).written == 10)
    #expect(file.write([1, 2], at: 0).written == 2)
    #expect(try file.octets(99, at: 0) == [1, 2, 0, 0, 0] + pattern(10))
  }

  @Test("A file that was cut goes on where it was cut")
  func truncate() throws {
    let path = folder.file("file")
    let file = try OpenFile(path, .creating(0o600))
    try file.write(pattern(100).span)
    try file.truncate(to: 10)
    try file.write([7, 8].span)
    #expect(try OpenFile(path, .reading).octets(99) == pattern(10) + [7, 8])
  }

  @Test("A file that can only be read is not written, and one that can only be written not read")
  func direction() throws {
    let path = try folder.write("x", as: "file")
    let reading = try OpenFile(path, .reading)
    #expect(
      failure { () throws(FileError) in try reading.write([1].span) } == FileError(.write, path: path, code: EBADF))
    #expect(reading.write([1], at: 0).failure == FileError(.write, path: path, code: EBADF))
    #expect(
      failure { () throws(FileError) in try reading.truncate(to: 0) } == FileError(.write, path: path, code: EINVAL))
    let writing = try OpenFile(path, .emptying(0o600))
    #expect(failure { () throws(FileError) in try writing.octets(1) } == FileError(.read, path: path, code: EBADF))
    #expect(
      failure { () throws(FileError) in try writing.octets(1, at: 0) } == FileError(.read, path: path, code: EBADF))
  }

  @Test("A pipe cannot be synced, and that is told")
  func pipe() {
    let pipe = PipeEnds()
    #expect(failure { () throws(FileError) in try pipe.writing.sync() } == FileError(.sync, path: "pipe", code: EINVAL))
    #expect(
      failure { () throws(FileError) in try pipe.writing.syncContent() }
        == FileError(.sync, path: "pipe", code: EINVAL))
  }

  @Test("A full disk is told", .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func fullDisk() throws {
    let file = try OpenFile("/dev/full", .updating(0o600))
    #expect(
      failure { () throws(FileError) in try file.write([1].span) } == FileError(.write, path: "/dev/full", code: ENOSPC)
    )
    #expect(file.write([1], at: 0) == (0, FileError(.write, path: "/dev/full", code: ENOSPC)))
  }

  @Test("Of a write that a limit cuts short it is known how much was written, and the rest fails")
  func shortWrite() async {
    await #expect(processExitsWith: .success) {
      // In its own process, because the limit applies to the process.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_001, rlim_max: 100_001)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      let folder = try TemporaryFolder()
      let path = folder.file("file")
      let file = try OpenFile(path, .updating(0o600))
      guard file.write(pattern(300_000), at: 1) == (100_000, FileError(.write, path: path, code: EFBIG)) else {
        exit(3)
      }
      guard try file.octets(300_000, at: 0) == [0] + pattern(100_000) else { exit(4) }
    }
  }

  @Test("Signals that interrupt reading and writing change nothing")
  func signals() async {
    await #expect(processExitsWith: .success) {
      // In its own process, which a signal may interrupt; without SA_RESTART calls end with EINTR, or short.
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in }
      guard unsafe sigaction(SIGUSR1, &action, nil) == 0 else { exit(2) }
      guard try Interrupted.write() == Interrupted.octets else { exit(3) }
      guard Interrupted.read() == Interrupted.octets else { exit(4) }
    }
  }
}

/// Reads and writes on a thread that receives signals meanwhile.
private enum Interrupted {
  /// Far more than a pipe holds.
  static let octets = pattern(1 << 20)
  private static let piece = 1 << 15

  /// The first signal interrupts a call that has transferred some octets, a later one a call that has not.
  private static func interrupt(_ thread: pthread_t) {
    for _ in 0..<3 {
      pthread_kill(thread, SIGUSR1)
      usleep(1000)
    }
  }

  /// Starts a thread and waits until it runs.
  private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    let thread = Mutex<pthread_t?>(nil)
    let isRunning = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      // A thread inherits the signal mask of its creator.
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, SIGUSR1)
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      thread.withLock { $0 = pthread_self() }
      isRunning.signal()
      body()
    }
    isRunning.wait()
    return thread.withLock(\.self) ?? pthread_self()
  }

  /// Returns what an interrupted thread writes into a pipe.
  static func write() throws(FileError) -> [UInt8] {
    let pipe = PipeEnds()
    let reading = try pipe.reading.duplicate()
    let descriptor = try pipe.writing.duplicate().release()
    // Reading ends when the thread has nothing more to write.
    _ = consume pipe
    let writer = start {
      do throws(FileError) { try OpenFile(owning: descriptor, path: "pipe").write(octets.span) } catch { exit(5) }
      // The thread remains for signals that are still on their way.
      Thread.sleep(forTimeInterval: 3600)
    }
    var found: [UInt8] = []
    while found.count < octets.count {
      interrupt(writer)
      let next = try reading.octets(min(piece, octets.count - found.count))
      if next.isEmpty { break }
      found += next
    }
    return found
  }

  /// Returns what an interrupted thread reads from a pipe.
  static func read() -> [UInt8] {
    let pipe = PipeEnds()
    let found = Mutex<[UInt8]>([])
    let isDone = DispatchSemaphore(value: 0)
    let descriptor = dup(pipe.reading.borrowed)
    let reader = start {
      let file = OpenFile(owning: descriptor, path: "pipe")
      do throws(FileError) {
        let octets = try file.octets(octets.count)
        found.withLock { $0 = octets }
      } catch {
        exit(6)
      }
      isDone.signal()
      Thread.sleep(forTimeInterval: 3600)
    }
    for start in stride(from: 0, to: octets.count, by: piece) {
      interrupt(reader)
      do throws(FileError) { try pipe.writing.write(octets.span.extracting(start..<(start + piece))) } catch { exit(7) }
    }
    isDone.wait()
    return found.withLock(\.self)
  }
}
