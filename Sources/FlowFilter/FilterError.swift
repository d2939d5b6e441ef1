/// Where a filter is not understood, and what could stand there.
public struct FilterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Both count from 1.
  public let line: Int
  public let column: Int
  public let expected: String
  /// What stands there; nil at the end.
  public let found: String?

  public var description: String {
    let place = line > 1 ? "line \(line), column \(column)" : "column \(column)"
    return "\(place): expected \(expected), found \(found.map { "'\($0)'" } ?? "the end")"
  }
}
