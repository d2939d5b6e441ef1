import Capture
import Collector
import Files
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("What workers receive into", .ownThread)
struct ReceptionMemoryTests {
  /// Records warnings.
  private final class Warnings: LogHandler, @unchecked Sendable {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    private let lines = Mutex<[String]>([])

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      if event.level >= .warning { lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }

    var texts: [String] { lines.withLock { $0 } }
  }

  private let warnings = Warnings()
  private var logger: Logger { Logger(label: "test") { [warnings] _ in warnings } }

  @Test("where there is no room in memory, the disk is used instead and the log says so, once for all workers")
  func fallback() throws {
    let folder = try TemporaryFolder()
    var memory = ReceptionMemory()
    for worker in 0..<3 {
      let disk = folder.file("ring-\(worker)")
      let buffer = try memory.receiver([folder.file("missing/ring-\(worker)"), disk], capacity: 0, logger).buffer
      #expect(buffer != nil)
      #expect(try Directory.exists(disk))
    }
    // No warning if the test's own folder is in memory.
    let isMemory = try FileSystem(of: folder.path).isMemory
    #expect(warnings.texts.count == (isMemory ? 0 : 1))
    if isMemory { return }
    for words in ["warning: ", folder.file("missing/ring-0"), folder.file("ring-0"), "journal.bufferSize"] {
      #expect(warnings.texts.first?.contains(words) == true, "\(words): \(warnings.texts)")
    }
  }

  @Test("the first file that can be had is used, and nothing is said; without any, a crash loses what waits, which is")
  func others() throws {
    let folder = try TemporaryFolder()
    var memory = ReceptionMemory()
    _ = try memory.receiver([folder.file("a"), folder.file("b")], capacity: 0, logger)
    #expect(try Directory.names(in: folder.path) == ["a"])
    let none = try memory.receiver([], capacity: 0, logger).buffer
    #expect(none == nil)
    #expect(warnings.texts == [])
    let own = try memory.receiver([folder.file("missing/a")], capacity: 0, logger).buffer
    #expect(own != nil)
    #expect(warnings.texts.count == 1)
    #expect(warnings.texts.first?.hasPrefix("error: cannot open") == true, "\(warnings.texts)")
  }
}
