import Files

/// What a cursor's file has, as far as it can be read.
struct CursorContent: Sendable {
  /// What became of a file.
  struct Entry: Hashable, Sendable {
    var kind: CursorLine.Kind
    var octets: UInt64
  }

  /// By the files' names.
  var files: [String: Entry] = [:]
  /// Of whole lines, the first one included.
  var lineCount = 0
  /// Octets of whole lines; what is behind them was being written when the process ended.
  var size: Int64 = 0
  /// Numbers of lines that are damaged, from 1.
  var damagedLines: [Int] = []
  /// The form that the first line names; nil: it is damaged.
  var form: UInt64?

  /// The only form there is.
  static let form: UInt64 = 1

  init() {}

  init(_ octets: [UInt8]) {
    let newline = UInt8(ascii: "\n")
    let whole = octets.prefix((octets.lastIndex(of: newline) ?? -1) + 1)
    size = Int64(whole.count)
    // Octets that are no text become such that no hash fits.
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

  /// What is left of it, as a file has it.
  func octets(_ output: String) -> [UInt8] {
    let lines = files.sorted { $0.key < $1.key }.map { CursorLine($0.value.kind, $0.value.octets, $0.key) }
    return Array(([CursorLine(.cursor, Self.form, output)] + lines).map(\.text).joined().utf8)
  }

  /// Files, by what became of them.
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
