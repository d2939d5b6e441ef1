package import Files
import Synchronization

/// Which files of the store an output's destination has taken: a log of checked lines, each on the disk before its file counts as taken. A
/// process that is killed at any moment has shipped one file more than the cursor says, at most, for each that was on its way: the next one
/// ships it again.
///
/// Names are below the store's directory, so that the store can be moved. Calls wait for the disk.
package final class Cursor: Sendable {
  /// What became of a file.
  package enum Outcome: Sendable {
    case taken
    /// The destination never will take it.
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

  /// The file, of which one call at a time writes.
  private struct Log: ~Copyable {
    var file: OpenFile
    /// Octets of whole lines that are durable.
    var size: Int64
    var lineCount: Int
    /// Whether an attempt to write may have left something behind them.
    var isDoubtful = true
    /// Whether the file may not have its name on the disk yet.
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
  /// Apart from the file: who asks does not wait for the disk.
  private let files: Mutex<[String: CursorContent.Entry]>
  /// Numbers of lines that were damaged when it was opened, from 1; what they said is lost.
  package let damagedLines: [Int]

  /// Lines of files that are gone before the log is written anew.
  private static let leastStale = 256

  /// Where an output's cursor is.
  ///
  /// - Parameter directory: the collector's state.
  package static func path(in directory: String, output: String) -> String { "\(directory)/outputs/\(output).cursor" }

  package static func exists(_ path: String) throws(FileError) -> Bool { try Directory.exists(path) }

  /// Opens a cursor that is there, and mends what is damaged.
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

  /// Makes a cursor in place of what is there: complete, or not at all.
  ///
  /// - Parameter passed: files that are not to be shipped.
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

  /// Puts a log in place of what is there: complete, or not at all. Whatever fails then, the file that is written to is the one of the name.
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

  /// Whether it says what became of a file.
  package func has(_ name: String) -> Bool { files.withLock { $0[name] != nil } }

  /// Octets of a file that was taken or set aside; nil if it was not.
  package func octets(_ name: String) -> UInt64? {
    files.withLock { files in files[name].flatMap { $0.kind == .passed ? nil : $0.octets } }
  }

  /// Files that it knows, by what became of them.
  package var counts: (taken: Int, setAside: Int, passed: Int) { files.withLock { CursorContent.counts($0) } }

  // MARK: Writing, which waits for the disk

  /// Notes what became of a file; returns when that is durable. Can be tried again after a failure.
  package func note(_ name: String, octets: UInt64, _ outcome: Outcome) throws(FileError) {
    try log.withLock { (log) throws(FileError) in
      try log.syncName(path)
      // Which goes on writing there.
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

  /// Writes the log anew without files that are gone, if most of its lines are of such.
  ///
  /// - Parameter names: all files of the store. What is noted while they are listed is of files that were there before.
  /// - Returns: whether it was written.
  @discardableResult
  package func forget(allBut names: Set<String>) throws(FileError) -> Bool {
    // A store that is away for a moment must not cost the cursor.
    if names.isEmpty { return false }
    return try log.withLock { (log) throws(FileError) in
      let kept = files.withLock { files in files.keys.count { names.contains($0) } }
      let stale = log.lineCount - 1 - kept
      guard stale >= Self.leastStale, stale > kept else { return false }
      try rewrite(&log) { name, _ in names.contains(name) }
      return true
    }
  }

  /// Writes the log anew without files that were set aside, so that they are shipped after all.
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

/// Why a cursor cannot be gone on with.
package enum CursorError: Error, Equatable, Sendable, CustomStringConvertible {
  case system(FileError)
  /// Another version of the program has written it.
  case newer(String)

  package var description: String {
    switch self {
    case .system(let error): error.description
    case .newer(let path):
      "\(path): written by a newer version of sagflow; use that one, or start over with `sagflow output reset`"
    }
  }
}
