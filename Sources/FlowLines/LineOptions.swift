// FlowLines: rows as lines of JSON or CSV, to a file or to standard output.
//
//     LineOptions.swift       destination and format, and a check of both
//     LineFile.swift          the file: reopened on rotation, whole lines only
//     LineOutput.swift        the writer of one worker
//     LineDestination.swift   one output with a writer per worker
//     LineReport.swift        its state

public import FlowModel
public import FlowText

/// Destination and format of line output.
public struct LineOptions: Hashable, Sendable {
  /// A file to append to, or `-` for standard output.
  public var path = "-"
  /// JSON or CSV.
  public var format = RowFormat.json
  public var names = FieldNames.sagflow
  /// Octets of rows that a worker buffers while the file cannot be written; more are lost and counted.
  public var maximumHeld = 16 << 20

  public init() {}

  public var isStandardOutput: Bool { path == "-" }

  /// For display.
  public var place: String { isStandardOutput ? "standard output" : path }
}
