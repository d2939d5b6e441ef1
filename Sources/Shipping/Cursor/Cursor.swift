package import Files
import Synchronization

/// Records which store files an output's destination has accepted: a log of checksummed lines, each durable before its
/// file counts as shipped. After a kill at any moment, at most the files in transit are shipped but not recorded; they
/// are shipped again.
///
/// Names are relative to the store, so that it can be moved. Calls block on the disk.
package final class Cursor: Sendable {
  /// The outcome of a file.
  package enum Outcome: Sendable {
    case taken
    /// The destination will never accept it.
    case setAside
    /// It was in the store before the output began.
    case passed

    fileprivate var kind: CursorLine.Kind {
      switch self {
      case .taken: .taken
      case .setAside: .aside
      case .passed: .passed
      }
    }
  }

  /// The log file, written by one call at a time.
  private struct Log: ~Copyable {
    var file: OpenFile
    /// Durable octets of whole lines.
    var size: Int64
    var lineCount: Int
    /// Whether a failed write may have left octets after them.
    var isDoubtful = true
    /// Whether the file's name may not be durable yet.
    var isNameDoubtful = false

    mutating func syncName(_ path: String) throws(FileError) {
      guard isNameDoubtful else { return }
      try Directory.sync(Cursor.directory(of: path))
      isNameDoubtful = false
    }
  }

  private let path: String
  private let output: String
  private let log: Mutex<Log>
  /// Separate from the file, so that readers do not wait for the disk.
  private let files: Mutex<[String: CursorContent.Entry]>
  /// Numbers of damaged lines, from 1; their content is lost.
  package let damagedLines: [Int]

  /// Minimum number of stale lines before the log is rewritten.
  private static let leastStale = 256

  /// Returns the path of an output's cursor.
  ///
  /// - Parameter directory: the collector's state directory.
  package static func path(in directory: String, output: String) -> String { "\(directory)/outputs/\(output).cursor" }

  package static func exists(_ path: String) throws(FileError) -> Bool { try Directory.exists(path) }

  /// Opens an existing cursor and repairs it.
  ///
  /// - Throws: `CursorError`.
  package init(_ path: String, output: String) throws(CursorError) {
    self.path = path
    self.output = output
    var content: CursorContent
    do throws(FileError) { content = try CursorContent.read(path) } catch { throw .system(error) }
    if let form = content.form, form != CursorContent.form { throw .newer(path) }
    damagedLines = content.damagedLines
    do throws(FileError) {
      if damagedLines.isEmpty {
        let file = try OpenFile(path, .updating(0o640))
        log = Mutex(Log(file: file, size: content.size, lineCount: content.lineCount))
      } else {
        var new = try Self.replace(path, content, output)
        try new.syncName(path)
        log = Mutex(new)
      }
    } catch {
      throw .system(error)
    }
    files = Mutex(content.files)
  }

  /// Replaces any existing cursor, atomically.
  ///
  /// - Parameter passed: files not to be shipped.
  package static func create(_ path: String, output: String, passing passed: [String] = []) throws(FileError) {
    let directory = directory(of: path)
    try Directory.create(directory)
    if directory.contains("/") {
      let above = Self.directory(of: directory)
      try OpenFile(directory, .directory, for: .openDirectory).giveToOwner(of: above)
      try Directory.sync(above)
    }
    var content = CursorContent()
    for name in passed { content.files[name] = CursorContent.Entry(kind: .passed, octets: 0) }
    var log = try replace(path, content, output)
    try log.syncName(path)
  }

  private static func directory(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// Replaces the log atomically. Whatever fails afterwards, the open file is the one with the name.
  private static func replace(
    _ path: String, _ content: CursorContent, _ output: String
  ) throws(FileError) -> Log {
    let octets = content.octets(output)
    let aside = "\(path).new"
    let file = try OpenFile.replacing(aside, 0o640)
    file.giveToOwner(of: directory(of: path))
    try file.write(octets.span)
    try file.sync()
    try Directory.rename(aside, to: path)
    return Log(file: file, size: Int64(octets.count), lineCount: content.files.count + 1, isNameDoubtful: true)
  }

  // MARK: Reading

  /// Returns whether the outcome of a file is recorded.
  package func has(_ name: String) -> Bool { files.withLock { $0[name] != nil } }

  /// Returns the size of a file that was shipped or set aside; nil otherwise.
  package func octets(_ name: String) -> UInt64? {
    files.withLock { files in files[name].flatMap { $0.kind == .passed ? nil : $0.octets } }
  }

  /// Number of recorded files by outcome.
  package var counts: (taken: Int, setAside: Int, passed: Int) { files.withLock { CursorContent.counts($0) } }

  // MARK: Writing, which blocks on the disk

  /// Records the outcome of a file durably. Can be retried after a failure.
  package func note(_ name: String, octets: UInt64, _ outcome: Outcome) throws(FileError) {
    try log.withLock { (log) throws(FileError) in
      try log.syncName(path)
      // Also moves to that position.
      if log.isDoubtful { try log.file.truncate(to: log.size) }
      log.isDoubtful = true
      let text = Array(CursorLine(outcome.kind, octets, name).text.utf8)
      try log.file.write(text.span)
      try log.file.syncContent()
      log.isDoubtful = false
      log.size += Int64(text.count)
      log.lineCount += 1
      files.withLock { $0[name] = CursorContent.Entry(kind: outcome.kind, octets: octets) }
    }
  }

  /// Rewrites the log without deleted files, if most lines are of such.
  ///
  /// - Parameter names: all files of the store. Outcomes recorded during the listing concern files that existed before.
  /// - Returns: whether it was rewritten.
  @discardableResult
  package func forget(allBut names: Set<String>) throws(FileError) -> Bool {
    // A store that is temporarily unavailable must not cost the cursor.
    if names.isEmpty { return false }
    return try log.withLock { (log) throws(FileError) in
      let kept = files.withLock { files in files.keys.count { names.contains($0) } }
      let stale = log.lineCount - 1 - kept
      guard stale >= Self.leastStale, stale > kept else { return false }
      try rewrite(&log) { name, _ in names.contains(name) }
      return true
    }
  }

  /// Rewrites the log without files that were set aside, so that they are shipped.
  package func forgetSetAside() throws(FileError) {
    try log.withLock { (log) throws(FileError) in try rewrite(&log) { $1.kind != .aside } }
  }

  private func rewrite(
    _ log: inout Log, keeping isKept: (String, CursorContent.Entry) -> Bool
  ) throws(FileError) {
    var content = CursorContent()
    content.files = files.withLock { $0.filter { isKept($0.key, $0.value) } }
    log = try Self.replace(path, content, output)
    files.withLock { $0 = content.files }
    try log.syncName(path)
  }
}

/// Why a cursor cannot be used.
package enum CursorError: Error, Equatable, Sendable, CustomStringConvertible {
  case system(FileError)
  /// Written by another version of the program.
  case newer(String)

  package var description: String {
    switch self {
    case .system(let error): error.description
    case .newer(let path):
      "\(path): written by a newer version of sagflow; use that one, or start over with `sagflow output reset`"
    }
  }
}
