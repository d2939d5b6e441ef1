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

  private struct State: ~Copyable {
    var content: CursorContent
    var file: OpenFile
    /// Whether an attempt to write may have left something behind the lines that are durable.
    var isDoubtful = true
  }

  private let path: String
  private let output: String
  private let state: Mutex<State>
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
    do throws(FileError) {
      var content = try CursorContent.read(path)
      if let form = content.form, form != CursorContent.form {
        throw FileError(.read, path: path, code: Self.newerForm)
      }
      damagedLines = content.damagedLines
      if !damagedLines.isEmpty { try Self.rewrite(&content, path, output) }
      state = Mutex(State(content: content, file: try OpenFile(path, .updating(0o640))))
    } catch {
      throw error.code == Self.newerForm ? .newer(path) : .system(error)
    }
  }

  private static let newerForm: Int32 = -1

  /// Makes a cursor in place of what is there: complete, or not at all.
  ///
  /// - Parameter passed: files that are not to be shipped, with their octets.
  package static func create(_ path: String, output: String, passing passed: [String] = []) throws(FileError) {
    if let slash = path.lastIndex(of: "/") {
      let directory = String(path[..<slash])
      try Directory.create(directory)
      if let above = directory.lastIndex(of: "/") { try Directory.sync(String(directory[..<above])) }
    }
    var content = CursorContent()
    for name in passed { content.files[name] = CursorLine(.passed, 0, name) }
    try rewrite(&content, path, output)
  }

  private static func rewrite(
    _ content: inout CursorContent, _ path: String, _ output: String
  ) throws(FileError) {
    content.size = try content.write(path, output: output)
    content.lineCount = content.files.count + 1
  }

  // MARK: Reading

  /// Whether it says what became of a file.
  package func has(_ name: String) -> Bool { state.withLock { $0.content.files[name] != nil } }

  /// Octets of a file that was taken or set aside; nil if it was not.
  package func octets(_ name: String) -> UInt64? {
    state.withLock { state in
      state.content.files[name].flatMap { $0.kind == .passed ? nil : $0.octets }
    }
  }

  /// Files that it knows, by what became of them.
  package var counts: (taken: Int, setAside: Int, passed: Int) {
    state.withLock { state in
      state.content.files.values.reduce(into: (0, 0, 0)) { counts, line in
        switch line.kind {
        case .taken: counts.0 += 1
        case .aside: counts.1 += 1
        case .passed: counts.2 += 1
        case .cursor: break
        }
      }
    }
  }

  // MARK: Writing

  /// Notes what became of a file; returns when that is durable. Can be tried again after a failure.
  package func note(_ name: String, octets: UInt64, _ outcome: Outcome) throws(FileError) {
    let line = CursorLine(outcome.kind, octets, name)
    try state.withLock { (state) throws(FileError) in
      // Which goes on writing there.
      if state.isDoubtful { try state.file.truncate(to: state.content.size) }
      state.isDoubtful = true
      let text = Array(line.text.utf8)
      try state.file.write(text.span)
      try state.file.syncContent()
      state.isDoubtful = false
      state.content.size += Int64(text.count)
      state.content.lineCount += 1
      state.content.files[name] = line
    }
  }

  /// Writes the log anew without files that are gone, if most of its lines are of such.
  ///
  /// - Parameter names: all files of the store, as they were listed after the last call of `note`, or before: what was noted since is
  ///   of files that are listed, too.
  /// - Returns: whether it was written.
  @discardableResult
  package func forget(allBut names: Set<String>) throws(FileError) -> Bool {
    // A store that is away for a moment must not cost the cursor.
    if names.isEmpty { return false }
    return try state.withLock { (state) throws(FileError) in
      let kept = state.content.files.keys.count { names.contains($0) }
      let stale = state.content.lineCount - 1 - kept
      guard stale >= Self.leastStale, stale > kept else { return false }
      var content = state.content
      content.files = content.files.filter { names.contains($0.key) }
      try Self.rewrite(&content, path, output)
      state = State(content: content, file: try OpenFile(path, .updating(0o640)))
      return true
    }
  }

  /// Writes the log anew without files that were set aside, so that they are shipped after all.
  package func forgetSetAside() throws(FileError) {
    try state.withLock { (state) throws(FileError) in
      var content = state.content
      content.files = content.files.filter { $0.value.kind != .aside }
      try Self.rewrite(&content, path, output)
      state = State(content: content, file: try OpenFile(path, .updating(0o640)))
    }
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
      "\(path): written by a newer version of sagflow; use that one, or begin again with `sagflow output reset`"
    }
  }
}
