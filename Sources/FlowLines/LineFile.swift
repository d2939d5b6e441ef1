package import Files
import FlowText
import Foundation
public import Logging
package import NetworkBytes
import Synchronization

/// The file of an output of lines, which the writers of all workers share.
///
/// What is in it is whole rows: where only a part of a row could be written, the part is cut off again, or ended by a line feed if that
/// cannot be, as is a last line that a crash has left. The file is opened when there is something to write, and opened again then if that
/// was asked for. Standard output whose reader has ended is not tried again.
public final class LineFile: Sendable {
  private struct State: ~Copyable {
    var file: OpenFile?
    /// Whether the last line has no end.
    var isTorn = false
  }

  let options: LineOptions
  private let name: String
  private let logger: Logger
  private let state = Mutex(State())
  /// Why rows are not written, and since when. Not in `state`, which is held while a pipe is waited for.
  private let failing = Mutex<(error: FileError, since: UnixSeconds)?>(nil)
  private let wantsOpening = Atomic(false)
  private let isUnread = Atomic(false)

  /// - Parameter name: the output's, for the log.
  public init(_ name: String, _ options: LineOptions, logger: Logger) {
    self.name = name
    self.options = options
    self.logger = logger
  }

  /// Has the file opened under its path before the next row is written: it was moved away, as logrotate does.
  public func reopen() {
    if !options.isStandardOutput { wantsOpening.store(true, ordering: .releasing) }
  }

  /// For people.
  public var place: String { options.place }

  /// Whether nobody reads standard output any more: rows are lost.
  public var hasEnded: Bool { isUnread.load(ordering: .acquiring) }

  /// Why rows are not written, and since when; nil: they are.
  package var failure: (error: FileError, since: UnixSeconds)? { failing.withLock { $0 } }

  /// Writes rows.
  ///
  /// - Parameters:
  ///   - ends: where in `text` each row ends.
  ///   - first: the first row to be written.
  ///   - written: grows by the rows that are in the file now, those before a failure as well.
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
  /// Cuts off the last octets of a file.
  ///
  /// - Returns: whether that was possible.
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
