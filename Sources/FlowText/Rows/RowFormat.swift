// FlowText: rows as table, CSV and JSON, the one way to print them.

/// How rows are printed, a line each.
public enum RowFormat: String, CaseIterable, Sendable {
  /// Columns for people.
  case table
  /// Comma-separated, with a header.
  case csv
  /// One JSON object a line, its members named as the columns.
  case json
}
