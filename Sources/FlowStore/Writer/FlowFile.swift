import Files
import FlowModel
import Parquet

/// A store file being written under a hidden name, until it is published. It is removed if released before.
struct FlowFile: ~Copyable, Sendable {
  /// Progress of the file; completed steps of a commit are not repeated.
  private enum Progress: Equatable, Sendable {
    case open, ended, finished
    /// Remains of a failed write after the row groups could not be truncated yet.
    case torn
    /// A sync has failed, so the data may not be on disk.
    case doubtful
    /// The content is durable; then also its hidden name.
    case synced, complete
    /// It has its final name; then that is durable, too.
    case renamed, committed
    /// The data on disk may be wrong, or is gone.
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

  /// Creates the file, with the first free sequence number from `sequence`.
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
        // Retention may remove the directories while they are empty.
        guard error.fileError?.isMissing == true, attempts > 0 else { throw error }
        attempts -= 1
      }
    }
  }

  /// - Returns: nil if a file with the name exists or is being created.
  private static func create(
    _ name: String, in directory: String, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) -> ParquetWriter? {
    // The hidden name stays reserved: an output may have shipped the file under it.
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
      // Ownership of the hidden name includes the final one: only now is it certain that no other writer creates it.
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
  /// Whether row groups can be written: not after an attempt to commit.
  var isOpen: Bool { progress == .open }
  /// Whether another attempt to commit is useless.
  var isLost: Bool { if case .lost = progress { true } else { false } }

  /// Writes a row group. After a failure the file is as before, so that it can still be committed.
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

  /// Returns the rows written so far, for readers.
  func snapshot(metadata: [(key: String, value: String)]) throws(StoreError) -> ParquetSnapshot {
    do throws(ParquetError) { return try parquet.snapshot(metadata: metadata + times) } catch { throw .parquet(error) }
  }

  /// Truncates the remains of a failed write.
  private mutating func takeBack() {
    do throws(ParquetError) { try parquet.discardRowGroup() } catch { progress = .torn }
  }

  /// Writes the footer and syncs file and directory, so that only publishing is left. Can be retried after a failure,
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
        // Someone has removed it with its directory.
        try fail(error)
      }
      progress = .complete
    }
  }

  /// Path after publishing.
  var path: String { "\(directory)/\(name)" }

  /// Its hidden and its final name.
  var names: PendingFile {
    PendingFile(
      part: part, path: path, rows: UInt64(rowCount), octets: byteCount, checksum: parquet.checksum)
  }

  /// Renames the file to its final name durably: then its rows are in the store. Can be retried after a failure, unless
  /// `isLost`.
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
        // Retention may have removed the file and its directory meanwhile.
        guard error.isMissing else { throw .system(error) }
      }
      progress = .committed
    }
  }

  /// Throws the error of completing or publishing the file.
  private mutating func fail(_ error: FileError) throws(StoreError) -> Never {
    if error.isMissing, try isRemoved() { progress = .lost(.system(error)) }
    throw .system(error)
  }

  /// Returns whether someone has removed the file: it is missing although its directory exists or can be created.
  /// Otherwise the disk is unavailable and may return with the file.
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

/// A complete but unpublished file, for a checkpoint.
public struct PendingFile: Codable, Sendable, Equatable {
  /// Hidden and final path.
  public var part: String
  public var path: String
  public var rows: UInt64
  /// Size, and CRC-32 of the content.
  public var octets: Int64
  public var checksum: UInt32

  /// Returns the same file in a store that was moved, or has a path with another spelling.
  package func moved(to root: String) -> PendingFile {
    func moved(_ path: String) -> String { "\(root)/" + path.split(separator: "/").suffix(3).joined(separator: "/") }
    var file = self
    file.part = moved(part)
    file.path = moved(path)
    return file
  }

  /// The condition of a file found by a later run.
  public enum Condition: Sendable {
    case whole, damaged, missing
  }

  /// Checks whether the file, under either name, has the expected content.
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

  /// Publishes a file that an earlier run completed, unless it already did.
  public func publish() throws(StoreError) {
    try StoreError.wrapping { () throws(FileError) in
      if try Directory.exists(part) { try Directory.rename(part, to: path) }
      try Directory.sync(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    }
  }
}
