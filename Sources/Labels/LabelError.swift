// Labels: names that operators give to prefixes, exporters, interfaces and autonomous systems, from CSV files. Each
// line is checked; a file is accepted as a whole or not at all. Knows nothing of flows.
//
//     LabelError.swift        what is wrong, in which line
//     LabelFile.swift         a file, line by line: header, columns, bounds
//     CSVLine.swift           the fields of a line
//     LineReader.swift        lines of octets
//     LabelRow.swift          the fields of a line by column
//     LabelPrefix.swift       the textual form of a prefix
//     PrefixLabels.swift      prefix → site, customer, role
//     ExporterLabels.swift    exporter → name
//     InterfaceLabels.swift   exporter and interface → name, speed, boundary
//     SystemLabels.swift      AS → name

public import Files

/// Why a label file was rejected.
public struct LabelError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The file could not be read.
    case unread(WholeFileFault)
    /// The first invalid lines, and the number of all.
    case lines([Problem], count: Int)
  }

  /// A problem in one line.
  public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    public var text: String

    public var description: String { "line \(line): \(text)" }
  }

  public var path: String
  public var reason: Reason

  public init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Maximum number of problems kept per file; the rest are only counted.
  static let maximumProblems = 20
}

extension LabelError: CustomStringConvertible {
  /// One line: where, what, what to do.
  public var description: String {
    switch reason {
    case .unread(let fault): fault.text(path, expected: "a CSV file", ifTooLarge: "split or shorten it")
    case .lines(let problems, let count):
      "\(path):\(problems.first?.line ?? 0): \(problems.first?.text ?? "")"
        + (count > 1 ? "; \(count - 1) more" : "") + "; `sagflow labels check` lists them"
    }
  }

  /// All details, one line per problem.
  public var lines: [String] {
    guard case .lines(let problems, let count) = reason else { return [description] }
    let listed = problems.map { "\(path):\($0.line): \($0.text)" }
    return count > problems.count ? listed + ["\(path): \(count - problems.count) more"] : listed
  }
}
