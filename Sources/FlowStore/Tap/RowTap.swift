public import FlowModel

/// A row group of a store's writer, from its first row on: before there is a file that it goes into, and whichever that will be.
public struct RowGroupID: Hashable, Sendable {
  public var worker: Int
  /// Counts the row groups of the worker; another process begins again.
  public var number: UInt64

  public init(worker: Int, number: UInt64) { (self.worker, self.number) = (worker, number) }
}

/// Sees the rows of a store on their way into files, before these are committed.
///
/// Every call comes on the thread of a store's writer, which must not wait for it; several workers call at a time. Of one row group the calls
/// are, in order: `append` for some or all of its rows, each row at most once; `written`; and `published` or `discarded`. A tap that was added
/// in the middle has missed some of them.
public protocol RowTap: AnyObject, Sendable {
  /// Rows were added to an open row group.
  ///
  /// - Parameters:
  ///   - places: of `batch`, whose records and extensions are to be copied.
  ///   - first: how many rows the group had before.
  func append(
    _ batch: borrowing FlowBatch, _ places: Range<Int>, to group: RowGroupID, at first: Int, origins: [FlowOrigin],
    names: NameTable)

  /// A row group is in a file, and takes no more rows.
  ///
  /// - Parameter order: for each of the file's rows, as which of the group's it was appended, from 0.
  func written(_ group: RowGroupID, order: [UInt32])

  /// A file is in the store.
  ///
  /// - Parameter groups: all that it has, in order.
  func published(_ path: String, _ groups: [RowGroupID])

  /// No file will have these row groups.
  func discarded(_ groups: [RowGroupID])
}
