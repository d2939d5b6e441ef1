package import FlowModel
package import FlowText
package import NetworkBytes
package import Parquet

/// All rows of one flow file as they were written, row group by row group, for who hands them to other programs: counters are not scaled.
///
/// One thread uses it at a time.
package final class FileRows {
  private let file: OpenFile

  /// - Throws: also if it is no file of flows.
  package init(_ path: String) throws(ParquetReadError) {
    file = try OpenFile(.path(path))
    guard file.isFlowFile else { throw ParquetReadError(path, .unsupported("columns other than those of flows")) }
  }

  package var groupCount: Int { file.rowGroupCount }
  /// Rows of all groups.
  package var rowCount: Int { file.rowCount }

  package func group(_ number: Int) -> Group { Group(RowGroupView(file, group: number, isScaled: false)) }

  /// The rows of one row group; each column is read when it is first asked for.
  package final class Group {
    private let view: RowGroupView

    fileprivate init(_ view: RowGroupView) { self.view = view }

    package var rowCount: Int { view.rowCount }

    /// The numbers of a column; 0, or what the column has for absent ones, where there is none.
    package func integers(_ column: FlowColumn) throws(ParquetReadError) -> IntegerColumn { try view.integers(column) }

    package func strings(_ column: FlowColumn) throws(ParquetReadError) -> StringColumn { try view.strings(column) }

    /// The addresses of a column by their entries; `::` where there is none.
    ///
    /// - Returns: the entries, and an entry's number for each row; nil: the first in all rows.
    package func addresses(
      _ column: FlowColumn
    ) throws(ParquetReadError) -> (entries: [IPAddress], indices: [UInt32]?) {
      let addresses = try view.addresses(column)
      return (addresses.entries, addresses.indices)
    }

    /// What prints rows as lines.
    package func lines(_ format: RowFormat, names: FieldNames) throws(ParquetReadError) -> Lines {
      let fields = names.fields()
      return Lines(
        cells: try RowCells(fields.map(\.column), AnswerStyle(), view),
        printer: RowPrinter(fields, of: names, format))
    }
  }

  /// Prints rows of a group, a line each.
  package struct Lines {
    let cells: RowCells
    var printer: RowPrinter

    package mutating func append(_ row: Int, to text: inout [UInt8]) { cells.append(row, to: &printer, &text) }
  }
}
