import NetFlow
import Parquet

/// Writes flows into the store: gathers row groups, ends a file when its window or its size is full, commits it.
///
/// One writer belongs to one thread and is the only one to write its worker's files. Rows that could not be written stay
/// with it and are tried again with the next call, up to two row groups; what comes beyond is counted as lost.
public struct FlowStoreWriter: ~Copyable, Sendable {
  public private(set) var counters = StoreCounters()
  private let options: FlowStoreOptions
  private let layout: StoreLayout
  private let schema: ParquetSchema
  private let parquetOptions: ParquetWriterOptions
  private var file: FlowFile?
  private var group = RowGroup()
  private var origins: [FlowOrigin] = []
  /// Start of the open window, seconds since 1970 UTC.
  private var window: Int64 = 0
  private var sequence = 0

  /// - Throws: `StoreError` if the directory cannot be made or written to.
  public init(_ options: FlowStoreOptions) throws(StoreError) {
    try Directory.createAll(options.path)
    try Directory.checkWritable(options.path)
    schema = try FlowColumn.schema()
    self.options = options
    layout = StoreLayout(root: options.path, host: options.host, worker: options.worker)
    parquetOptions = options.parquet
  }

  /// Rows that are neither committed nor lost: in the open file, or waiting for it.
  public var rowsHeld: UInt64 { counters.received &- counters.committed &- counters.lost }

  /// Adds flows to the file of the window that `time` falls into; the file of the window before is committed first.
  ///
  /// - Parameters:
  ///   - batch: its records are copied.
  ///   - time: the pipeline's clock, milliseconds since 1970 UTC.
  ///   - origins: what the records' origin numbers stand for; a number keeps its meaning from call to call.
  /// - Throws: what went wrong; the rows are with the writer all the same, or counted as lost.
  public mutating func append(_ batch: borrowing FlowBatch, at time: Int64, origins: [FlowOrigin]) throws(StoreError) {
    counters.received &+= UInt64(batch.count)
    var failure: StoreError?
    do { try turn(to: time) } catch { failure = error }
    self.origins = origins
    var first = 0
    while first < batch.count {
      // A group that is full because it could not be written takes as many rows again, then no more.
      let room = options.rowGroupRows * (failure == nil ? 1 : 2) - group.count
      if room <= 0 { break }
      let next = min(first + room, batch.count)
      group.append(batch, first..<next)
      first = next
      if failure == nil, group.count >= options.rowGroupRows {
        do { try writeGroup() } catch { failure = error }
      }
    }
    counters.lost &+= UInt64(batch.count - first)
    if let failure { throw failure }
  }

  /// Commits the open file if `time` lies beyond its window, as the clock goes on without flows.
  public mutating func turn(to time: Int64) throws(StoreError) {
    let seconds = time >= 0 ? time / 1000 : (time - 999) / 1000
    let current = seconds - ((seconds % options.rotation) + options.rotation) % options.rotation
    guard current != window else { return }
    defer { window = current }
    try commit()
  }

  /// Writes the rows that wait, and makes the open file durable under its final name.
  public mutating func commit() throws(StoreError) {
    if group.count > 0 { try writeGroup() }
    try finishFile()
  }

  /// Counts the rows that could not be committed as lost: nobody will try again.
  public mutating func giveUp() {
    counters.lost &+= UInt64(group.count)
    group.removeAll()
  }

  private mutating func writeGroup() throws(StoreError) {
    do {
      try openFile()
      try file?.write(&group, origins: origins)
      group.removeAll()
    } catch {
      counters.failures &+= 1
      throw error
    }
    if file?.byteCount ?? 0 >= options.maximumFileSize { try finishFile() }
  }

  private mutating func openFile() throws(StoreError) {
    guard file == nil else { return }
    file = try FlowFile(layout, window: window, sequence: &sequence, schema: schema, options: parquetOptions)
  }

  private mutating func finishFile() throws(StoreError) {
    guard let open = file.take() else { return }
    let rows = UInt64(open.rowCount)
    do {
      counters.committedOctets &+= try UInt64(open.commit(metadata: metadata))
      counters.committed &+= rows
      counters.committedFiles &+= 1
    } catch {
      counters.failures &+= 1
      counters.lost &+= rows
      throw error
    }
  }

  private var metadata: [(key: String, value: String)] {
    [
      ("sagflow.schema_version", String(FlowColumn.schemaVersion)), ("sagflow.host", options.host),
      ("sagflow.worker", String(options.worker)),
    ] + options.metadata
  }
}
