// FlowText: prints rows as table, CSV and JSON.

/// Output format of rows, one line each.
public enum RowFormat: String, CaseIterable, Sendable {
  /// Aligned columns for display.
  case table
  /// Comma-separated, with a header.
  case csv
  /// One JSON object per line, with the column names as member names.
  case json
}
