import Files

/// The readable content of a cursor file.
struct CursorContent: Sendable {
  /// The outcome of a file.
  struct Entry: Hashable, Sendable {
    var kind: CursorLine.Kind
    var octets: UInt64
  }

  /// By file name.
  var files: [String: Entry] = [:]
  /// Number of whole lines, including the first.
  var lineCount = 0
  /// Octets of whole lines; the rest was being written when the process ended.
  var size: Int64 = 0
  /// Numbers of damaged lines, from 1.
  var damagedLines: [Int] = []
  /// The format version in the first line; nil if it is damaged.
  var form: UInt64?

  /// The only format version.
  static let form: UInt64 = 1

  init() {}

  init(_ octets: [UInt8]) {
    let newline = UInt8(ascii: "\n")
    let whole = octets.prefix((octets.lastIndex(of: newline) ?? -1) + 1)
    size = Int64(whole.count)
    // Invalid UTF-8 is replaced, and then the checksum does not match.
    for line in whole.dropLast().split(separator: newline, omittingEmptySubsequences: false) where !whole.isEmpty {
      lineCount += 1
      let text = String(decoding: line, as: UTF8.self)
      switch CursorLine(text[...]) {
      case let first? where first.kind == .cursor && lineCount == 1: form = first.octets
      case let file? where file.kind != .cursor && lineCount > 1:
        files[file.name] = Entry(kind: file.kind, octets: file.octets)
      default: damagedLines.append(lineCount)
      }
    }
    if lineCount == 0 { damagedLines = [1] }
  }

  static func read(_ path: String) throws(FileError) -> CursorContent {
    let file = try OpenFile(path, .reading)
    var octets = [UInt8](repeating: 0, count: Int(clamping: try file.status().size))
    var span = octets.mutableSpan
    let count = try file.read(at: 0, into: &span)
    return CursorContent(Array(octets.prefix(count)))
  }

  /// Returns the content as a file.
  func octets(_ output: String) -> [UInt8] {
    let lines = files.sorted { $0.key < $1.key }.map { CursorLine($0.value.kind, $0.value.octets, $0.key) }
    return Array(([CursorLine(.cursor, Self.form, output)] + lines).map(\.text).joined().utf8)
  }

  /// Returns the number of files by outcome.
  static func counts(_ files: [String: Entry]) -> (taken: Int, setAside: Int, passed: Int) {
    files.values.reduce(into: (0, 0, 0)) { counts, entry in
      switch entry.kind {
      case .taken: counts.0 += 1
      case .aside: counts.1 += 1
      case .passed: counts.2 += 1
      case .cursor: break
      }
    }
  }
}
