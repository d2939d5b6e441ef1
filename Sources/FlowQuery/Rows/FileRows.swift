package import FlowModel
package import FlowText
package import NetworkBytes
package import Parquet

/// All rows of a flow file as written, row group by row group, for export to other programs: counters are not scaled.
///
/// Used by one thread at a time.
package final class FileRows {
  private let file: OpenFile

  /// - Throws: also if it is not a flow file.
  package init(_ path: String) throws(ParquetReadError) {
    file = try OpenFile(.path(path))
    guard file.isFlowFile else { throw ParquetReadError(path, .unsupported("columns other than those of flows")) }
  }

  package var groupCount: Int { file.rowGroupCount }
  /// Number of rows in all groups.
  package var rowCount: Int { file.rowCount }

  package func group(_ number: Int) -> Group { Group(RowGroupView(file, group: number, isScaled: false)) }

  /// The rows of one row group; each column is read on first use.
  package final class Group {
    private let view: RowGroupView

    fileprivate init(_ view: RowGroupView) { self.view = view }

    package var rowCount: Int { view.rowCount }

    /// Returns the numbers of a column; absent values are 0 or the column's `absentNumber`.
    package func integers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn { try view.integers(column) }

    package func strings(_ column: FlowColumn) throws(ParquetReadError) -> StringColumn { try view.strings(column) }

    /// Returns the addresses of a column by entry; absent values are `::`.
    ///
    /// - Returns: the entries, and the entry index of each row; nil if all rows have the first.
    package func addresses(
      _ column: FlowColumn
    ) throws(ParquetReadError) -> (entries: [IPAddress], indices: [UInt32]?) {
      let addresses = try view.addresses(column)
      return (addresses.entries, addresses.indices)
    }

    /// Returns a printer for the rows.
    package func lines(_ format: RowFormat, names: FieldNames) throws(ParquetReadError) -> Lines {
      let fields = names.fields()
      return Lines(
        cells: try RowCells(fields.map(\.column), AnswerStyle(), view),
        printer: RowPrinter(fields, of: names, format))
    }
  }

  /// Prints rows of a group, one line each.
  package struct Lines {
    let cells: RowCells
    var printer: RowPrinter

    package mutating func append(_ row: Int, to text: inout [UInt8]) { cells.append(row, to: &printer, &text) }
  }
}
