import NetFlow
import Parquet

/// A file of the store while it is written: under a hidden name, until `commit` gives it its own. One that is let go
/// before that is removed.
struct FlowFile: ~Copyable, Sendable {
  /// How far the file has come; each step of a commit that has been made is not made again.
  private enum Progress: Equatable, Sendable {
    case open, ended, finished, synced, committed
    /// What was written may not be what the disk has, or is gone.
    case lost(StoreError)
  }

  private var parquet: ParquetWriter
  private let folder: String
  private let name: String
  private var progress = Progress.open
  private var earliestStart = Int64.max
  private var latestEnd = Int64.min

  /// Creates the file, under the first number from `sequence` on that no file of the window has.
  init(
    _ layout: StoreLayout, window: Int64, sequence: inout Int, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) {
    folder = layout.folders(window: window).hour
    var patience = 10
    while true {
      do throws(StoreError) {
        try layout.createFolders(window: window)
        let name = layout.name(window: window, sequence: sequence)
        if let created = try Self.create(name, in: folder, schema: schema, options: options) {
          parquet = created
          self.name = name
          return
        }
        sequence += 1
      } catch {
        // A retention pass may remove the folders as long as there is no file in them.
        guard error.isMissing, patience > 0 else { throw error }
        patience -= 1
      }
    }
  }

  /// - Returns: nil if there is a file of that name, or somebody is about to make it.
  private static func create(
    _ name: String, in folder: String, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(StoreError) -> ParquetWriter? {
    if Directory.exists("\(folder)/\(name)") { return nil }
    let part = "\(folder)/\(StoreLayout.partName(name))"
    do throws(ParquetError) {
      let created = try ParquetWriter(path: part, schema: schema, options: options)
      // Who has the part's name has the file's, too: only now is it certain that nobody else makes it.
      if !Directory.exists("\(folder)/\(name)") { return created }
    } catch {
      let error = StoreError.parquet(error)
      if error.isExisting { return nil }
      throw error
    }
    try Directory.remove(part)
    return nil
  }

  deinit {
    if progress != .committed { try? Directory.remove(part) }
  }

  private var part: String { "\(folder)/\(StoreLayout.partName(name))" }

  var rowCount: Int64 { parquet.rowCount }
  var byteCount: Int64 { parquet.byteCount }
  /// Whether row groups can be written: not once a commit was tried.
  var isOpen: Bool { progress == .open }
  /// Whether there is no use in trying to commit it again.
  var isLost: Bool { if case .lost = progress { true } else { false } }

  /// Writes a row group. After a failure the file is as it was before, so that what it holds can still be committed.
  mutating func write(_ group: inout RowGroup, origins: [FlowOrigin], names: NameTable) throws(StoreError) {
    do {
      try group.write(to: &parquet, origins: origins, names: names)
      earliestStart = min(earliestStart, group.earliestStart)
      latestEnd = max(latestEnd, group.latestEnd)
    } catch {
      takeBack()
      throw .parquet(error)
    }
  }

  /// Cuts off what a failure left.
  private mutating func takeBack() {
    do throws(ParquetError) { try parquet.discardRowGroup() } catch { progress = .lost(.parquet(error)) }
  }

  /// Writes the footer and syncs: nothing is left but to publish it. After a failure it can be tried again, unless `isLost`.
  mutating func complete(metadata: [(key: String, value: String)]) throws(StoreError) {
    if case .lost(let error) = progress { throw error }
    do throws(ParquetError) {
      if progress == .open || progress == .ended {
        progress = .ended
        try parquet.finish(metadata: metadata + times)
        progress = .finished
      }
      if progress == .finished {
        try parquet.sync()
        progress = .synced
      }
    } catch {
      // After a sync that failed the system has forgotten which pages it could not write: another would succeed.
      if progress == .finished { progress = .lost(.parquet(error)) } else { takeBack() }
      throw .parquet(error)
    }
  }

  /// The names under which it was written and will be published.
  var names: PendingFile { PendingFile(part: part, path: "\(folder)/\(name)", rows: UInt64(rowCount)) }

  /// Gives the file its own name: the rows are in the store then, and `syncFolder` makes the name durable, too. After a
  /// failure it can be tried again, unless `isLost`.
  mutating func publish() throws(StoreError) {
    if case .lost(let error) = progress { throw error }
    do throws(StoreError) {
      try Directory.rename(part, to: "\(folder)/\(name)")
      progress = .committed
    } catch {
      if error.isMissing { progress = .lost(error) }
      throw error
    }
  }

  func syncFolder() throws(StoreError) {
    try Directory.sync(folder)
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

  /// Publishes a file that an earlier run completed; one that it did publish is fine.
  ///
  /// - Returns: false if there is neither.
  public func publish() throws(StoreError) -> Bool {
    if !Directory.exists(part) { return Directory.exists(path) }
    try Directory.rename(part, to: path)
    try Directory.sync(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    return true
  }
}
