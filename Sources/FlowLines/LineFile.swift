package import Files
import FlowText
import Foundation
public import Logging
package import NetworkBytes
import Synchronization

/// The file of a line output, shared by the writers of all workers.
///
/// It contains whole rows only: a partial write is truncated, or terminated by a line feed where truncation is
/// impossible; so is a last line left by a crash. The file is opened on the first write, and reopened on request.
/// Standard output is not retried once its reader has gone.
public final class LineFile: Sendable {
  private struct State: ~Copyable {
    var file: OpenFile?
    /// Whether the last line is incomplete.
    var isTorn = false
  }

  let options: LineOptions
  private let name: String
  private let logger: Logger
  private let state = Mutex(State())
  /// Why and since when rows cannot be written. Not in `state`, whose lock is held during blocking writes to a pipe.
  private let failing = Mutex<(error: FileError, since: UnixSeconds)?>(nil)
  private let wantsOpening = Atomic(false)
  private let isUnread = Atomic(false)

  /// - Parameter name: name of the output, for the log.
  public init(_ name: String, _ options: LineOptions, logger: Logger) {
    self.name = name
    self.options = options
    self.logger = logger
  }

  /// Reopens the file under its path before the next row is written, after it was moved by a program such as logrotate.
  public func reopen() {
    if !options.isStandardOutput { wantsOpening.store(true, ordering: .releasing) }
  }

  /// For display.
  public var place: String { options.place }

  /// Whether standard output has lost its reader; rows are lost.
  public var hasEnded: Bool { isUnread.load(ordering: .acquiring) }

  /// Why and since when rows cannot be written; nil if they can.
  package var failure: (error: FileError, since: UnixSeconds)? { failing.withLock { $0 } }

  /// Writes rows.
  ///
  /// - Parameters:
  ///   - ends: end of each row in `text`.
  ///   - first: the first row to write.
  ///   - written: increased by the rows written, including those before a failure.
  func write(_ text: [UInt8], _ ends: [Int], from first: Int, written: inout Int) throws(FileError) {
    var failure: FileError?
    var count = 0
    state.withLock { state in
      do throws(FileError) {
        try open(&state)
        try Self.write(text, ends, from: first, written: &count, &state)
      } catch {
        failure = error
        if options.isStandardOutput, error.isUnread { end(&state) }
      }
    }
    written += count
    note(failure)
    if let failure { throw failure }
  }

  private func note(_ failure: FileError?) {
    failing.withLock { known in
      known = failure.map { (error: $0, since: known?.since ?? UnixSeconds(Date().timeIntervalSince1970)) }
    }
  }

  private func end(_ state: inout State) {
    state.file = nil
    if isUnread.exchange(true, ordering: .acquiringAndReleasing) { return }
    logger.error("output \(name): the reader of standard output has gone; rows are dropped until the next start")
  }

  private func open(_ state: inout State) throws(FileError) {
    if wantsOpening.exchange(false, ordering: .acquiring) {
      state.file = nil
      state.isTorn = false
    }
    if state.file != nil { return }
    if hasEnded { throw FileError(.write, path: options.path, code: FileError.unread) }
    let file: OpenFile
    var isEmpty = true
    if options.isStandardOutput {
      file = try OpenFile.standardOutput()
    } else {
      file = try OpenFile(options.path, .appending(0o640))
      let status = try file.status()
      isEmpty = status.size == 0 || status.kind != .file
      if !isEmpty {
        var last: [UInt8] = [0]
        var octets = last.mutableSpan
        _ = try file.read(at: status.size - 1, into: &octets)
        state.isTorn = last[0] != UInt8(ascii: "\n")
      }
    }
    if isEmpty {
      let header = FlowPrinter(options.format, names: options.names).header
      if !header.isEmpty { try file.write(header.span) }
    }
    state.file = consume file
  }

  private static func write(
    _ text: [UInt8], _ ends: [Int], from first: Int, written: inout Int, _ state: inout State
  ) throws(FileError) {
    guard first < ends.count, state.file != nil else { return }
    if state.isTorn {
      let feed: [UInt8] = [UInt8(ascii: "\n")]
      try state.file?.write(feed.span)
      state.isTorn = false
    }
    let start = first == 0 ? 0 : ends[first - 1]
    var octets = 0
    do throws(FileError) {
      try state.file?.write(text.span.extracting(start...), &octets)
      written = ends.count - first
    } catch {
      let reached = start + octets
      written = ends[first...].prefix { $0 <= reached }.count
      let whole = written == 0 ? start : ends[first + written - 1]
      if reached > whole, state.file?.cut(reached - whole) != true { state.isTorn = true }
      throw error
    }
  }
}

extension OpenFile {
  /// Truncates a file by some octets.
  ///
  /// - Returns: whether that succeeded.
  fileprivate func cut(_ count: Int) -> Bool {
    do throws(FileError) {
      let status = try status()
      guard status.kind == .file, status.size >= Int64(count) else { return false }
      try truncate(to: status.size - Int64(count))
      return true
    } catch {
      return false
    }
  }
}

extension FlowPrinter {
  fileprivate var header: [UInt8] {
    var text: [UInt8] = []
    appendHeader(to: &text)
    return text
  }
}
