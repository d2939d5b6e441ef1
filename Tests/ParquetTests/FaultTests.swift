import Files
import Foundation
import Parquet
import TestSupport
import Testing

@Suite("Faults of the system")
struct FaultTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static let rowCount = 100_000

  private static func schema() throws -> ParquetSchema {
    try ParquetSchema([ParquetColumn("a", .uint64, encoding: .plain)])
  }

  /// Writes 800 kB of incompressible data.
  private static func writeRowGroup(to writer: inout ParquetWriter) throws {
    var random = SeededGenerator(seed: seed)
    let values = (0..<rowCount).map { _ in random.next() }
    try writer.beginRowGroup(rowCount: rowCount)
    try writer.write(uint64: values.span)
    try writer.endRowGroup()
  }

  @Test(
    "A full disk is told with errno, operation and path, and ends the writer",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func fullDisk() throws {
    let descriptor = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    var options = ParquetWriterOptions()
    options.writeSize = 4096
    var writer = try ParquetWriter(
      owningDescriptor: descriptor, path: "/dev/full", schema: Self.schema(), options: options)
    let expected = ParquetError.system(FileError(.write, path: "/dev/full", code: ENOSPC))
    #expect(throws: expected) { try Self.writeRowGroup(to: &writer) }
    #expect(throws: ParquetError.misuse(.finished)) { try writer.finish() }
    #expect(throws: ParquetError.misuse(.finished)) { try writer.sync() }
    #expect(expected.description.contains("cannot write /dev/full: No space left on device"))
  }

  @Test(
    "A full disk that shows only when the footer is written ends the writer, too",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func fullDiskAtTheEnd() throws {
    let descriptor = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    var writer = try ParquetWriter(owningDescriptor: descriptor, path: "/dev/full", schema: Self.schema())
    #expect(throws: ParquetError.system(FileError(.write, path: "/dev/full", code: ENOSPC))) { try writer.finish() }
    #expect(throws: ParquetError.misuse(.finished)) { try writer.finish() }
  }

  @Test("A file that is there already is left alone")
  func existingFile() throws {
    let path = scratch.file("file.parquet")
    try Data("kept".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: ParquetError.system(FileError(.create, path: path, code: EEXIST))) {
      _ = try ParquetWriter(path: path, schema: Self.schema())
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("kept".utf8))
  }

  @Test("A folder that is not there is told")
  func missingFolder() throws {
    let path = scratch.file("no/such/folder/file")
    #expect(throws: ParquetError.system(FileError(.create, path: path, code: ENOENT))) {
      _ = try ParquetWriter(path: path, schema: Self.schema())
    }
  }

  @Test("A pipe cannot be synced, and that is told")
  func syncOfPipe() throws {
    let pipe = Pipe()
    let descriptor = dup(pipe.fileHandleForWriting.fileDescriptor)
    var writer = try ParquetWriter(owningDescriptor: descriptor, path: "pipe", schema: Self.schema())
    #expect(throws: ParquetError.system(FileError(.sync, path: "pipe", code: EINVAL))) { try writer.sync() }
  }

  @Test("A file size limit that cuts a write short is told, and the file has what fitted")
  func fileSizeLimit() async {
    await #expect(processExitsWith: .success) {
      // In its own process, because the limit applies to the process.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 300_001, rlim_max: 300_001)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      exit(try FaultTests.writePastLimit(of: 300_001))
    }
  }

  /// Returns 0 if the error and the file match a limit of `limit` octets.
  private static func writePastLimit(of limit: Int) throws -> Int32 {
    let scratch = try TemporaryFolder()
    let path = scratch.file("file.parquet")
    var writer = try ParquetWriter(path: path, schema: schema())
    do {
      try writeRowGroup(to: &writer)
      try writer.finish()
      return 3
    } catch {
      guard error as? ParquetError == .system(FileError(.write, path: path, code: EFBIG)) else { return 4 }
    }
    return try Data(contentsOf: URL(fileURLWithPath: path)).count == limit ? 0 : 5
  }

  /// Returns the file that `writeRowGroup` writes without faults.
  private static func undisturbedFile() throws -> Data {
    let scratch = try TemporaryFolder()
    var writer = try ParquetWriter(path: scratch.file("file.parquet"), schema: schema())
    try writeRowGroup(to: &writer)
    try writer.finish()
    return try Data(contentsOf: URL(fileURLWithPath: scratch.file("file.parquet")))
  }

  @Test("Signals that interrupt and shorten writes lose nothing and double nothing", .tags(.slow), .unlessFast)
  func interruptedWrites() async {
    await #expect(processExitsWith: .success) {
      // In its own process, because signal handlers apply to the process.
      let expected = try FaultTests.undisturbedFile()
      let pipe = Pipe()
      let writing = dup(pipe.fileHandleForWriting.fileDescriptor)
      try pipe.fileHandleForWriting.close()
      let reading = pipe.fileHandleForReading
      let writerThread = pthread_self()
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in }
      unsafe sigaction(SIGUSR1, &action, nil)  // without SA_RESTART
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, SIGUSR1)
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)  // worker threads block signals
      let reader = Thread {
        // The writer blocks on a full pipe. The first signal cuts its write short; later signals interrupt a write that
        // has not transferred anything, which fails with EINTR.
        var received = Data()
        while let next = try? reading.read(upToCount: 60_000), !next.isEmpty {
          received.append(next)
          for _ in 0..<5 where received.count < expected.count {
            usleep(1000)
            pthread_kill(writerThread, SIGUSR1)
          }
        }
        exit(received == expected ? EXIT_SUCCESS : 3)
      }
      reader.start()
      var writer = try ParquetWriter(owningDescriptor: writing, path: "pipe", schema: FaultTests.schema())
      try FaultTests.writeRowGroup(to: &writer)
      try writer.finish()
      try writer.close()
      while true { sleep(60) }
    }
  }
}
