import Files
import FlowModel
import Parquet

/// A file of the store while it is written: under a hidden name, until `commit` gives it its own. One that is let go
/// before that is removed.
struct FlowFile: ~Copyable, Sendable {
  /// How far the file has come; each step of a commit that has been made is not made again.
  private enum Progress: Equatable, Sendable {
    case open, ended, finished
    /// What a failure left behind the row groups could not be cut off yet.
    case torn
    /// A sync has failed: what was written may not be on the disk.
    case doubtful
    /// The content is on the disk; then its hidden name, too.
    case synced, complete
    /// It has its own name; that is on the disk, too.
    case renamed, committed
    /// What was written may not be what the disk has, or is gone.
    case lost(StoreError)
  }

  private var parquet: ParquetWriter
  private let directory: String
  private let name: String
  private var progress = Progress.open
  private var earliestStart = Int64.max
  private var latestEnd = Int64.min
  /// Its row groups, in order.
  private(set) var groups: [RowGroupID] = []

  /// Creates the file, under the first number from `sequence` on that no file of the window has.
  init(
    _ layout: StoreLayout, window: Int64, sequence: inout Int, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) {
    directory = layout.directories(window: window).hour
    var attempts = 10
    while true {
      do throws(StoreError) {
        try StoreError.wrapping { () throws(FileError) in try layout.createDirectories(window: window) }
        let name = layout.name(window: window, sequence: sequence)
        if let created = try Self.create(name, in: directory, schema: schema, options: options) {
          parquet = created
          self.name = name
          return
        }
        sequence += 1
      } catch {
        // A retention pass may remove the directories as long as there is no file in them.
        guard error.fileError?.isMissing == true, attempts > 0 else { throw error }
        attempts -= 1
      }
    }
  }

  /// - Returns: nil if there is a file of that name, or somebody is about to make it.
  private static func create(
    _ name: String, in directory: String, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) -> ParquetWriter? {
    // A hidden file's name stays its own: an output may have taken the file under it.
    func isTaken() throws(StoreError) -> Bool {
      try StoreError.wrapping { () throws(FileError) in
        for name in [name, FileStage.supersededName(name)] where try Directory.exists("\(directory)/\(name)") {
          return true
        }
        return false
      }
    }
    if try isTaken() { return nil }
    let part = "\(directory)/\(StoreLayout.partName(name))"
    let created: ParquetWriter
    do throws(ParquetError) {
      created = try ParquetWriter(path: part, schema: schema, options: options)
    } catch {
      if case .system(let error) = error, error.isExisting { return nil }
      throw .parquet(error)
    }
    do throws(StoreError) {
      // Who has the part's name has the file's, too: only now is it certain that nobody else makes it.
      if try !isTaken() { return created }
    } catch {
      try? Directory.remove(part)
      throw error
    }
    try StoreError.wrapping { () throws(FileError) in try Directory.remove(part) }
    return nil
  }

  deinit {
    if progress != .committed, progress != .renamed { try? Directory.remove(part) }
  }

  private var part: String { "\(directory)/\(StoreLayout.partName(name))" }

  var rowCount: Int64 { parquet.rowCount }
  var byteCount: Int64 { parquet.byteCount }
  /// Whether row groups can be written: not once a commit was tried.
  var isOpen: Bool { progress == .open }
  /// Whether there is no use in trying to commit it again.
  var isLost: Bool { if case .lost = progress { true } else { false } }

  /// Writes a row group. After a failure the file is as it was before, so that what it holds can still be committed.
  mutating func write(
    _ group: inout RowGroup, _ id: RowGroupID, origins: [FlowOrigin], names: NameTable
  ) throws(StoreError) {
    do {
      try group.write(to: &parquet, origins: origins, names: names)
      groups.append(id)
      earliestStart = min(earliestStart, group.earliestStart)
      latestEnd = max(latestEnd, group.latestEnd)
    } catch {
      takeBack()
      throw .parquet(error)
    }
  }

  /// The rows that are in the file by now, for readers.
  func snapshot(metadata: [(key: String, value: String)]) throws(StoreError) -> ParquetSnapshot {
    do throws(ParquetError) { return try parquet.snapshot(metadata: metadata + times) } catch { throw .parquet(error) }
  }

  /// Cuts off what a failure left.
  private mutating func takeBack() {
    do throws(ParquetError) { try parquet.discardRowGroup() } catch { progress = .torn }
  }

  /// Writes the footer and syncs file and directory: nothing is left but to publish it. After a failure it can be tried again,
  /// unless `isLost`.
  mutating func complete(metadata: [(key: String, value: String)]) throws(StoreError) {
    if case .lost(let error) = progress { throw error }
    do throws(ParquetError) {
      if progress == .torn {
        try parquet.discardRowGroup()
        progress = .ended
      }
      if progress == .open || progress == .ended {
        progress = .ended
        try parquet.finish(metadata: metadata + times)
        progress = .finished
      }
      if progress == .finished {
        progress = .doubtful
        try parquet.sync()
        progress = .synced
      }
      if progress == .doubtful {
        try parquet.syncByCopy()
        progress = .synced
      }
    } catch {
      switch (progress, error) {
      case (_, .changed): progress = .lost(.parquet(error))
      case (.doubtful, _), (.torn, _): break
      default: takeBack()
      }
      throw .parquet(error)
    }
    if progress == .synced {
      do throws(FileError) {
        try Directory.sync(directory)
      } catch {
        // With its directory, somebody has removed it.
        try fail(error)
      }
      progress = .complete
    }
  }

  /// Where it is once it is published.
  var path: String { "\(directory)/\(name)" }

  /// The names under which it was written and will be published.
  var names: PendingFile {
    PendingFile(
      part: part, path: path, rows: UInt64(rowCount), octets: byteCount, checksum: parquet.checksum)
  }

  /// Gives the file its own name, and makes that durable: the rows are in the store then. After a failure it can be tried
  /// again, unless `isLost`.
  mutating func publish() throws(StoreError) {
    if case .lost(let error) = progress { throw error }
    if progress == .complete {
      do throws(FileError) {
        try Directory.rename(part, to: path)
        progress = .renamed
      } catch {
        try fail(error)
      }
    }
    if progress == .renamed {
      do throws(FileError) {
        try Directory.sync(directory)
      } catch {
        // A retention pass may have removed the file by now, and its directory with it.
        guard error.isMissing else { throw .system(error) }
      }
      progress = .committed
    }
  }

  /// Throws what completing or publishing the file failed with.
  private mutating func fail(_ error: FileError) throws(StoreError) -> Never {
    if error.isMissing, try isRemoved() { progress = .lost(.system(error)) }
    throw .system(error)
  }

  /// Whether somebody has removed the file: it is missing although its directory is there or can be made again. Where that
  /// fails, the disk is away and may come back with the file.
  private func isRemoved() throws(StoreError) -> Bool {
    let (part, directory) = (part, directory)
    return try StoreError.wrapping { () throws(FileError) in
      if try Directory.exists(part) { return false }
      do throws(FileError) { try Directory.createAll(directory) } catch { return false }
      return try !Directory.exists(part)
    }
  }

  private var times: [(key: String, value: String)] {
    [("sagflow.time_start_ms", String(earliestStart)), ("sagflow.time_end_ms", String(latestEnd))]
  }
}

/// A complete file that is not published yet, as a checkpoint tells of it.
public struct PendingFile: Codable, Sendable, Equatable {
  /// Where it stands, and where it will.
  public var part: String
  public var path: String
  public var rows: UInt64
  /// Its size, and the CRC-32 of its octets.
  public var octets: Int64
  public var checksum: UInt32

  /// The same file in a store that was moved, or whose path is spelled in another way.
  package func moved(to root: String) -> PendingFile {
    func moved(_ path: String) -> String { "\(root)/" + path.split(separator: "/").suffix(3).joined(separator: "/") }
    var file = self
    file.part = moved(part)
    file.path = moved(path)
    return file
  }

  /// What a later run finds of a file.
  public enum Condition: Sendable {
    case whole, damaged, missing
  }

  /// Looks whether the file has, under either name, what was written.
  public func check() throws(StoreError) -> Condition {
    for name in [part, path] {
      guard try StoreError.wrapping({ () throws(FileError) in try Directory.exists(name) }) else { continue }
      do throws(ParquetError) {
        return try FileContent(name).matches(size: octets, checksum: checksum) ? .whole : .damaged
      } catch {
        throw .parquet(error)
      }
    }
    return .missing
  }

  /// Publishes a file that an earlier run completed; one that it did publish is fine.
  public func publish() throws(StoreError) {
    try StoreError.wrapping { () throws(FileError) in
      if try Directory.exists(part) { try Directory.rename(part, to: path) }
      try Directory.sync(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    }
  }
}
