// FlowLines: rows as lines of JSON or CSV, to a file or to standard output.
//
//     LineOptions.swift       where lines go, what they look like, and whether they could be written
//     LineFile.swift          the file: opened again when it is rotated, whole lines only
//     LineOutput.swift        one worker's writer
//     LineDestination.swift   one output with a writer for each worker
//     LineReport.swift        how it is

public import FlowModel
public import FlowText

/// Where rows go as lines, and what they look like.
public struct LineOptions: Hashable, Sendable {
  /// A file, which is appended to; `-`: standard output.
  public var path = "-"
  /// JSON or CSV.
  public var format = RowFormat.json
  public var names = FieldNames.sagflow
  /// Octets of rows that a worker keeps while the file cannot be written; rows beyond them are lost, and counted.
  public var maximumHeld = 16 << 20

  public init() {}

  public var isStandardOutput: Bool { path == "-" }

  /// For people.
  public var place: String { isStandardOutput ? "standard output" : path }
}
