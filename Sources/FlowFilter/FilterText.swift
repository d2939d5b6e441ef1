/// A filter's text with included files expanded, and the source of each line.
///
/// `@include FILE` inserts a condition as if in parentheses, or within brackets elements of the list.
/// Names are relative to the directory of the including file; those with blanks are quoted.
public struct FilterText: Sendable {
  /// Contains no `@include`.
  public private(set) var text = ""
  /// The origin of each line of `text`.
  private var origins: [Origin] = []
  /// Number of open brackets.
  private var listDepth = 0
  private var includeCount = 0

  private struct Origin {
    var file: String?
    var line: Int
    /// Offset from a column of `text` to that of the file.
    var shift: Int
  }

  private static let maximumDepth = 16
  private static let maximumIncludes = 1000
  private static let maximumSize = 64 << 20

  /// - Parameter directory: base of relative names; empty, or ending with a slash.
  /// - Throws: `FilterError` if a file cannot be included.
  public init(_ text: String, directory: String = "") throws(FilterError) {
    try append(text, from: nil, directory: directory, within: [])
  }

  /// Reads a file.
  public init(file path: String) throws(FilterError) {
    let file: FilterFile
    do throws(FilterError.FileFault) { file = try FilterFile(path) } catch { throw FilterError(fault: error) }
    try append(file.text, from: path, directory: file.directory, within: [file])
  }

  /// Joins texts into one that requires all of them; each must be valid.
  public static func all(_ texts: [FilterText]) -> String {
    let texts = texts.map(\.text).filter { !$0.allSatisfy(\.isWhitespace) }
    return texts.count == 1 ? texts[0] : texts.map { "(\n\($0)\n)" }.joined(separator: " and ")
  }

  /// Parses the filter; errors name the file.
  ///
  /// - Parameter hosts: resolves host names; nil if they are not allowed.
  public func filter(resolving hosts: HostResolution? = nil) throws(FilterError) -> FlowFilter {
    do throws(FilterError) {
      return try FlowFilter(parsing: text, resolving: hosts)
    } catch {
      throw located(error)
    }
  }

  private func located(_ error: FilterError) -> FilterError {
    guard origins.indices.contains(error.line - 1) else { return error }
    let origin = origins[error.line - 1]
    var error = error
    error.file = origin.file
    error.line = origin.line
    error.column = max(1, error.column + origin.shift)
    return error
  }

  // MARK: Building

  private mutating func append(
    _ source: String, from file: String?, directory: String, within chain: [FilterFile]
  ) throws(FilterError) {
    var rest = source[...]
    var place = Origin(file: file, line: 1, shift: 0)
    begin(place)
    var column = 1
    while let first = rest.first {
      if first == "@" {
        let directive = try Include(rest, Origin(file: file, line: place.line, shift: column))
        rest = rest.dropFirst(directive.length)
        column += directive.length
        let isList = listDepth > 0
        if !isList { text += "(" }
        try include(directive, directory + directive.path, chain)
        place.shift = column - (isList ? 1 : 2)
        begin(place)
        if !isList { text += ")" }
        continue
      }
      // Quoted text contains no tokens.
      let isQuoted = FilterLexer.isQuote(first)
      let run = isQuoted ? rest.prefix(FilterLexer.quotedLength(rest)) : rest.prefix(while: Self.isPlain)
      if !isQuoted { for character in run { listDepth += character == "[" ? 1 : character == "]" ? -1 : 0 } }
      var taken = run
      if run.isEmpty, first == "#" {
        taken = rest.prefix { !$0.isNewline }
      }
      text += taken
      rest = rest[taken.endIndex...]
      column += taken.count
      if let next = rest.first, next.isNewline {
        rest = rest.dropFirst()
        text += "\n"
        place = Origin(file: file, line: place.line + 1, shift: 0)
        origins.append(place)
        column = 1
      }
    }
  }

  private static func isPlain(_ character: Character) -> Bool {
    character != "@" && character != "#" && !character.isNewline && !FilterLexer.isQuote(character)
  }

  /// Begins a new line for text from another place.
  private mutating func begin(_ origin: Origin) {
    if !origins.isEmpty { text += "\n" }
    origins.append(origin)
  }

  private mutating func include(
    _ directive: Include, _ relative: String, _ chain: [FilterFile]
  ) throws(FilterError) {
    let path = directive.path.hasPrefix("/") ? directive.path : relative
    includeCount += 1
    let file: FilterFile
    do throws(FilterError.FileFault) {
      file = try FilterFile(path)
      func refuse(_ reason: String) -> FilterError.FileFault { .init(path: path, kind: .unreadable, reason: reason) }
      if let first = chain.firstIndex(where: { $0.identity == file.identity }) {
        let circle = (chain[first...].map(\.path) + [path]).joined(separator: " includes ")
        throw refuse("includes itself: \(circle); remove one @include")
      }
      if chain.count >= Self.maximumDepth {
        throw refuse("more than \(Self.maximumDepth) nested includes; include fewer")
      }
      if listDepth == 0, FilterLexer.isBlank(file.text) { throw refuse("has no condition; write one, such as any") }
      if includeCount > Self.maximumIncludes || text.utf8.count + file.text.utf8.count > Self.maximumSize {
        throw refuse("more than \(Self.maximumIncludes) files or 64 MiB are included; include fewer")
      }
    } catch {
      throw FilterError(file: directive.file, line: directive.line, column: directive.column, fault: error)
    }
    try append(file.text, from: path, directory: file.directory, within: chain + [file])
  }

  /// `@include FILE` at the beginning of a text.
  private struct Include {
    var path = ""
    /// Length in characters.
    var length = 0
    let file: String?
    let line: Int
    let column: Int

    init(_ text: Substring, _ place: Origin) throws(FilterError) {
      (file, line, column) = (place.file, place.line, place.shift)
      let word = text.prefix { !$0.isWhitespace }
      func failure(_ expected: String, _ found: Substring, after count: Int = 0) -> FilterError {
        var error = FilterError(
          line: line, column: column + count, expected: expected, found: found.isEmpty ? nil : String(found))
        error.file = file
        return error
      }
      guard word.lowercased() == "@include" else { throw failure("@include FILE", word) }
      let blanks = text.dropFirst(word.count).prefix { $0 == " " || $0 == "\t" }
      let before = word.count + blanks.count
      let rest = text.dropFirst(before)
      guard let quote = rest.first, quote == "\"" || quote == "'" else {
        let name = rest.prefix { !$0.isWhitespace && !",)]".contains($0) }
        if name.isEmpty { throw failure("a file name", rest.prefix(1), after: before) }
        (path, length) = (String(name), before + name.count)
        return
      }
      let name = rest.dropFirst().prefix { $0 != quote && !$0.isNewline }
      guard !name.isEmpty, rest.dropFirst(name.count + 1).first == quote else {
        throw failure("a file name in quotes", rest.prefix { !$0.isNewline }, after: before)
      }
      (path, length) = (String(name), before + name.count + 2)
    }
  }
}
