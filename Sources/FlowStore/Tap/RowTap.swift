public import FlowModel

/// Identifies a row group of a store's writer from its first row on, before its file is known.
public struct RowGroupID: Hashable, Sendable {
  public var worker: Int
  /// Sequence number of the worker's row groups; restarts with each process.
  public var number: UInt64

  public init(worker: Int, number: UInt64) { (self.worker, self.number) = (worker, number) }
}

/// Observes the rows of a store on their way into files, before these are committed.
///
/// Called on the threads of the store's writers, which must not wait; several workers call at the same time. Calls for
/// a row group, in order: `append` for some or all of its rows, each row at most once; `written`; and `published` or
/// `discarded`. A tap added later has missed some of them.
public protocol RowTap: AnyObject, Sendable {
  /// Rows were added to an open row group.
  ///
  /// - Parameters:
  ///   - places: positions in `batch`; copy the records and extensions.
  ///   - first: number of rows that the group had before.
  func append(
    _ batch: borrowing FlowBatch, _ places: Range<Int>, to group: RowGroupID, at first: Int, origins: [FlowOrigin],
    names: NameTable)

  /// A row group was written to a file and is complete.
  ///
  /// - Parameter order: for each of the file's rows, its position in order of appending, from 0.
  func written(_ group: RowGroupID, order: [UInt32])

  /// A file was published.
  ///
  /// - Parameter groups: all its row groups, in order.
  func published(_ path: String, _ groups: [RowGroupID])

  /// No file will contain these row groups.
  func discarded(_ groups: [RowGroupID])
}
