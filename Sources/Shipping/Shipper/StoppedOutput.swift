package import FlowStore
package import NetworkBytes

/// An output of a stopped collector, from its cursor and the store. The caller prevents the collector from starting
/// meanwhile.
package struct StoppedOutput: Sendable {
  /// Whether it has no cursor yet.
  package let isNew: Bool
  /// Number of files in its cursor.
  package let takenFiles: Int
  package let setAsideFiles: Int
  package let waitingFiles: Int
  package let waitingOctets: UInt64
  /// When the oldest of them was written; nil if none waits.
  package let waitingSince: UnixSeconds?

  /// Where an output restarts.
  package enum Beginning: Sendable {
    /// With all files of the store.
    case oldest
    /// With the next file that is committed.
    case now
    /// At its position, with the files that were set aside.
    case setAside
  }

  /// - Parameters:
  ///   - directory: the collector's state directory.
  ///   - isToBeginAgain: whether to treat an unreadable cursor as absent, because it will be replaced.
  /// - Throws: `CursorError` or `FileError`.
  package init(
    _ options: ShipperOptions, files: OwnFiles, state directory: String, isToBeginAgain: Bool = false
  ) throws {
    let path = Cursor.path(in: directory, output: options.name)
    // Read-only: the caller may be another user than the collector's, and repairs nothing.
    var content = try Cursor.exists(path) ? CursorContent.read(path) : nil
    if let form = content?.form, form != CursorContent.form {
      guard isToBeginAgain else { throw CursorError.newer(path) }
      content = nil
    }
    isNew = content == nil
    (takenFiles, setAsideFiles, _) = CursorContent.counts(content?.files ?? [:])
    var waiting = WaitingFiles()
    if content != nil || options.start == .oldest {
      let known = content?.files ?? [:]
      waiting.insert(try files.names().filter { known[$0] == nil }.compactMap { StoreWatch.file($0, files) })
    }
    (waitingFiles, waitingOctets, waitingSince) = (waiting.count, waiting.octets, waiting.first?.written)
  }

  /// Makes an output restart when its collector starts.
  ///
  /// - Throws: `CursorError` or `FileError`; then nothing has changed.
  package static func reset(
    _ options: ShipperOptions, to beginning: Beginning, files: OwnFiles, state directory: String
  ) throws {
    let path = Cursor.path(in: directory, output: options.name)
    switch beginning {
    case .oldest: try Cursor.create(path, output: options.name)
    case .now: try Cursor.create(path, output: options.name, passing: try files.names())
    case .setAside: if try Cursor.exists(path) { try Cursor(path, output: options.name).forgetSetAside() }
    }
  }
}
