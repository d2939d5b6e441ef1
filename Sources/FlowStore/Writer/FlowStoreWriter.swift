import DequeModule
import Files
public import FlowModel
public import FlowOutput
public import NetworkBytes
import Parquet

/// Writes flows to the store: collects row groups, ends a file when its window ends or it is full, and commits it.
///
/// Confined to one thread; only it writes its worker's files. No call throws: while the store cannot be written,
/// `failure` has the reason, and rows are kept: those in the file that could not be committed, and up to two row groups
/// more. Writes are retried at most once a second, with the next calls. Further rows are counted as lost.
public struct FlowStoreWriter: ~Copyable, Sendable {
  public internal(set) var counters = OutputCounters()
  /// The last error in writing to the store; nil if there was none.
  public var failure: StoreError? { writeFailure ?? publishFailure }
  /// Whether rows wait that could not be written to a complete file.
  public var isBehind: Bool { writeFailure != nil }
  private var writeFailure: StoreError?
  private var publishFailure: StoreError?
  /// Start of the open window, seconds since 1970 UTC.
  public private(set) var window: UnixSeconds = 0

  /// Total loss by sequence numbers: each file records the increase since the previous one.
  public var lostBySequence: UInt64 = 0
  /// Loss already recorded in files.
  public var toldLoss: UInt64 = 0
  /// Key-value metadata, as in `FlowStoreOptions`, of files committed from now on.
  public var metadata: [(key: String, value: String)]

  /// Paths of files published since the last `takePublished`.
  var published: [String] = []

  /// The checkpoint that will list files completed from now on; nil for none.
  public var checkpoint: UInt64?

  /// Taps for rows before their file is committed.
  package var taps: [any RowTap] = []
  /// The open row group.
  private var groupID: RowGroupID

  private let options: FlowStoreOptions
  private let layout: StoreLayout
  private let schema: ParquetSchema
  private let parquetOptions: ParquetWriterOptions
  var file: FlowFile?
  /// Complete unpublished files, in order.
  var held = UniqueDeque<FlowFile>()
  private var heldRows: UInt64 = 0
  /// Number of these that may be published.
  private var publishableCount = 0
  var group: RowGroup
  var origins: [FlowOrigin] = []
  var names = NameTable()
  /// Sequence number of the next file in its window.
  private var sequence = 0
  /// The pipeline's clock, and the time of the last failure, milliseconds since 1970 UTC.
  private var time: Int64 = 0
  private var failureTime: Int64 = 0

  /// Milliseconds between attempts while the store cannot be written: each encodes all waiting rows.
  private static let retryInterval: Int64 = 1000

  /// - Throws: `StoreError` if the directory cannot be created or written to.
  public init(_ options: FlowStoreOptions) throws(StoreError) { try self.init(options, columns: FlowColumn.allCases) }

  package init(_ options: FlowStoreOptions, columns: [FlowColumn]) throws(StoreError) {
    try StoreError.wrapping { () throws(FileError) in
      try Directory.createAll(options.path)
      try Directory.checkWritable(options.path)
    }
    schema = try columns.schema()
    group = RowGroup(columns)
    groupID = RowGroupID(worker: options.worker, number: 0)
    self.options = options
    metadata = options.metadata
    layout = StoreLayout(
      root: options.path, host: options.host, identity: options.identity, worker: options.worker)
    parquetOptions = options.parquet
  }

  /// Rows that are neither committed nor lost: in the open file, or waiting for it.
  public var rowsHeld: UInt64 {
    switch file {
    case .some(let open): UInt64(open.rowCount) &+ UInt64(group.count) &+ heldRows
    case .none: UInt64(group.count) &+ heldRows
    }
  }

  /// Adds flows to the file of the window that contains `time`; the file of the previous window is committed first.
  ///
  /// - Parameters:
  ///   - batch: its records are copied.
  ///   - time: the pipeline's clock, milliseconds since 1970 UTC.
  ///   - origins: origins by origin number; numbers are stable between calls.
  ///   - names: names used by exporters.
  public mutating func append(
    _ batch: borrowing FlowBatch, at time: UnixMilliseconds, origins: [FlowOrigin], names: NameTable = NameTable()
  ) {
    advance(to: time)
    self.origins = origins
    self.names = names
    counters.received &+= UInt64(batch.count)
    var next = 0
    while next < batch.count {
      let (before, first) = (next, group.count)
      next = group.append(batch, from: before, room: writeFailure == nil ? options.room : options.room.doubled)
      if next == before { break }
      for tap in taps { tap.append(batch, before..<next, to: groupID, at: first, origins: origins, names: names) }
      if writeFailure == nil, group.fills(options.room) { write(ending: false) }
    }
    counters.lost &+= UInt64(batch.count - next)
  }

  /// Commits the open file if `time` is beyond its window, when the clock advances without flows.
  public mutating func advance(to time: UnixMilliseconds) {
    self.time = time
    let seconds = time.dividedDown(by: 1000).quotient
    let current = seconds - seconds.dividedDown(by: options.rotation).remainder
    if current != window {
      commit()
      window = current
      sequence = 0
    } else if failure != nil, !(0..<Self.retryInterval).contains(time &- failureTime) {
      if writeFailure != nil { commit() }
      if publishFailure != nil { publishWhatMayBe() }
    }
  }

  /// Writes the waiting rows, and makes the open file durable under its final name.
  public mutating func commit() {
    write(ending: true)
  }

  /// Counts the rows that could not be committed as lost; they are not retried.
  public mutating func giveUp() {
    counters.lost &+= rowsHeld
    if !taps.isEmpty {
      discard((0..<held.count).flatMap { held[$0].groups } + (file?.groups ?? []) + [groupID])
    }
    emptyGroup()
    file = nil
    held.removeAll()
    heldRows = 0
    publishableCount = 0
  }

  /// The unpublished files.
  public var pending: [PendingFile] { (0..<held.count).map { held[$0].names } }

  /// Publishes waiting files, in order; failures are retried at most once a second.
  public mutating func publish() {
    publishableCount = held.count
    publishWhatMayBe()
  }

  private mutating func publishWhatMayBe() {
    publishFailure = nil
    while publishableCount > 0 {
      let rows = UInt64(held[0].rowCount)
      do throws(StoreError) {
        try held[0].publish()
        counters.committed &+= rows
        counters.committedFiles &+= 1
        counters.committedOctets &+= UInt64(held[0].byteCount)
        tell(held[0].path, held[0].groups)
      } catch {
        counters.failures &+= 1
        publishFailure = error
        failureTime = time
        if !held[0].isLost { return }
        counters.lost &+= rows
        discard(held[0].groups)
      }
      heldRows &-= rows
      publishableCount -= 1
      _ = held.removeFirst()
    }
  }

  private mutating func write(ending: Bool) {
    do throws(StoreError) {
      if group.count > 0 { try writeGroup() }
      if ending { try finishFile() }
      writeFailure = nil
    } catch {
      counters.failures &+= 1
      writeFailure = error
      failureTime = time
    }
  }

  private mutating func writeGroup() throws(StoreError) {
    if file?.isOpen == false { try finishFile() }
    if file == nil {
      file = try FlowFile(layout, window: window, sequence: &sequence, schema: schema, options: parquetOptions)
    }
    do throws(StoreError) {
      try file?.write(&group, groupID, origins: origins, names: names)
      if !taps.isEmpty {
        let order = group.order
        for tap in taps { tap.written(groupID, order: order) }
      }
      emptyGroup()
    } catch {
      if error.fileError == nil {
        // These rows cannot be written to any file and must not block later ones.
        counters.lost &+= UInt64(group.count)
        discard([groupID])
        emptyGroup()
      }
      // Commit the earlier row groups, and retry with a new file.
      do { try finishFile() } catch {}
      throw error
    }
    if file?.byteCount ?? 0 >= options.maximumFileSize { try finishFile() }
  }

  /// Commits the file if it has rows; otherwise removes it.
  private mutating func finishFile() throws(StoreError) {
    let rows = UInt64(file?.rowCount ?? 0)
    if rows == 0 {
      file = nil
      return
    }
    let metadata = fileMetadata
    do throws(StoreError) {
      try file?.complete(metadata: metadata)
      if !options.holdsFiles { try file?.publish() }
    } catch {
      if file?.isLost == true {
        counters.lost &+= rows
        discard(file?.groups ?? [])
        file = nil
      }
      throw error
    }
    toldLoss = lostBySequence
    if options.holdsFiles {
      guard let complete = file.take() else { return }
      heldRows &+= rows
      held.append(complete)
      return
    }
    counters.committed &+= rows
    counters.committedFiles &+= 1
    counters.committedOctets &+= UInt64(file?.byteCount ?? 0)
    if let path = file?.path { tell(path, file?.groups ?? []) }
    file = nil
  }

  /// Begins a new row group.
  private mutating func emptyGroup() {
    group.removeAll()
    groupID.number &+= 1
  }

  // MARK: Notifying taps and readers

  /// Taps are notified before the path becomes visible to others.
  private mutating func tell(_ path: String, _ groups: [RowGroupID]) {
    for tap in taps { tap.published(path, groups) }
    published.append(path)
  }

  private func discard(_ groups: [RowGroupID]) {
    for tap in taps { tap.discarded(groups) }
  }

  var fileMetadata: [(key: String, value: String)] {
    [
      ("sagflow.schema_version", String(FlowColumn.schemaVersion)), ("sagflow.host", options.host),
      ("sagflow.worker", String(options.worker)),
      // Late data reduces the loss, possibly after it was recorded.
      ("sagflow.lost_by_sequence", String(lostBySequence > toldLoss ? lostBySequence - toldLoss : 0)),
    ] + (checkpoint.map { [("sagflow.checkpoint", String($0))] } ?? []) + metadata
  }
}
