/// Limits of a label file.
public struct LabelLimits: Sendable {
  /// Octets of a file.
  public var octets: Int64 = 1 << 28
  /// Lines of a file, without header and comments.
  public var rows = 2_000_000
  /// Octets of a line.
  public var lineOctets = 4096

  public init() {}
}

/// The columns of a kind of file.
struct LabelLayout {
  var required: [String]
  /// Columns of which at least one is required; empty for no such requirement.
  var anyOf: [String] = []
  var optional: [String] = []
}

/// Reads a label file row by row: a header of column names, in any order, and one line per row. Empty lines and lines
/// that begin with `#` are skipped.
struct LabelFile: ~Copyable {
  private var reader: LineReader
  private let limits: LabelLimits
  private var row = LabelRow()
  private var problems: [LabelError.Problem] = []
  private var problemCount = 0
  /// Rows read.
  private(set) var count = 0
  /// Columns of the header that the layout does not contain.
  private(set) var unusedColumns: [String] = []

  private init(_ reader: consuming LineReader, _ limits: LabelLimits) {
    self.reader = reader
    self.limits = limits
  }

  /// Opens a file and reads its header.
  static func open(_ path: String, _ layout: LabelLayout, _ limits: LabelLimits) throws(LabelError) -> LabelFile {
    var file = LabelFile(try LineReader.open(path, limits), limits)
    repeat {
      guard try file.reader.next(into: &file.row.line) else {
        throw LabelError(path, .lines([.init(line: 1, text: "the file is empty; a header is required")], count: 1))
      }
    } while file.row.line.isBlank || file.row.line.isComment
    do throws(FieldFault) { try file.readHeader(layout) } catch {
      throw LabelError(path, .lines([.init(line: file.reader.number, text: error.text)], count: 1))
    }
    return file
  }

  private mutating func readHeader(_ layout: LabelLayout) throws(FieldFault) {
    if row.line.octets.starts(with: [0xff, 0xfe]) || row.line.octets.starts(with: [0xfe, 0xff]) {
      throw FieldFault("the file is UTF-16; save it as UTF-8")
    }
    try row.split(limits)
    for place in row.line.fields.indices {
      let name = try row.text(at: place).lowercased()
      if row.places[name] != nil { throw FieldFault("duplicate column '\(name)'") }
      row.places[name] = place
    }
    row.width = row.line.fields.count
    let expected = (layout.required + layout.anyOf + layout.optional).joined(separator: ",")
    for name in layout.required where row.places[name] == nil {
      let hint = row.line.octets.contains(UInt8(ascii: ";")) ? "; fields are separated by commas" : ""
      throw FieldFault("the header has no column '\(name)'\(hint); expected \(expected)")
    }
    if !layout.anyOf.isEmpty, layout.anyOf.allSatisfy({ row.places[$0] == nil }) {
      throw FieldFault("the header needs one of \(layout.anyOf.joined(separator: ", ")); expected \(expected)")
    }
    let known = Set(layout.required + layout.anyOf + layout.optional)
    unusedColumns = row.places.keys.filter { !known.contains($0) }.sorted()
  }

  /// Calls `take` for each row. A malformed row, or one for which `take` throws, is recorded as a problem, and reading
  /// continues.
  mutating func forEachRow(_ take: (borrowing LabelRow) throws(FieldFault) -> Void) throws(LabelError) {
    while try reader.next(into: &row.line) {
      if row.line.isBlank || row.line.isComment { continue }
      count += 1
      row.number = reader.number
      if count > limits.rows {
        note(row.number, "more than \(limits.rows) rows; shorten the file")
        return
      }
      do throws(FieldFault) {
        try row.split(limits)
        try row.checkWidth()
        try take(row)
      } catch {
        note(row.number, error.text)
      }
    }
  }

  mutating func note(_ line: Int, _ text: String) {
    problemCount += 1
    if problems.count < LabelError.maximumProblems { problems.append(.init(line: line, text: text)) }
  }

  /// - Throws: all recorded problems.
  func throwProblems() throws(LabelError) {
    if problemCount == 0 { return }
    throw LabelError(reader.path, .lines(problems.sorted { $0.line < $1.line }, count: problemCount))
  }
}
