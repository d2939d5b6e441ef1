/// A line of CSV (RFC 4180) and its fields. A quoted field cannot span lines.
struct CSVLine {
  /// Without the line ending.
  private(set) var octets: [UInt8] = []
  private(set) var fields: [Range<Int>] = []

  enum Fault: Error {
    case openQuote, textBehindQuote, strayQuote
  }

  mutating func removeAll() { octets.removeAll(keepingCapacity: true) }

  /// Appends octets up to the limit.
  mutating func append(_ more: ArraySlice<UInt8>, limit: Int) {
    octets.append(contentsOf: more.prefix(max(0, limit - octets.count)))
  }

  /// Removes the CR of a CRLF.
  mutating func dropReturn() {
    if octets.last == UInt8(ascii: "\r") { octets.removeLast() }
  }

  /// Removes a UTF-8 byte order mark.
  mutating func dropByteOrderMark() {
    if octets.starts(with: [0xef, 0xbb, 0xbf]) { octets.removeFirst(3) }
  }

  var isBlank: Bool { octets.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
  var isComment: Bool { octets.first == UInt8(ascii: "#") }

  /// Splits the line into fields, removing surrounding spaces and quotes.
  mutating func split() throws(Fault) {
    fields.removeAll(keepingCapacity: true)
    var next = 0
    while true {
      while next < octets.count, isSpace(next) { next += 1 }
      let isQuoted = next < octets.count && octets[next] == UInt8(ascii: "\"")
      if isQuoted { try splitQuoted(&next) } else { try splitPlain(&next) }
      if next == octets.count { return }
      // A last field after the comma may be empty.
      next += 1
    }
  }

  private mutating func splitPlain(_ next: inout Int) throws(Fault) {
    let begin = next
    while next < octets.count, octets[next] != UInt8(ascii: ",") {
      if octets[next] == UInt8(ascii: "\"") { throw .strayQuote }
      next += 1
    }
    var end = next
    while end > begin, isSpace(end - 1) { end -= 1 }
    fields.append(begin..<end)
  }

  private mutating func splitQuoted(_ next: inout Int) throws(Fault) {
    next += 1
    let begin = next
    // Replaces doubled quotes with one, in place.
    var end = next
    while true {
      guard next < octets.count else { throw .openQuote }
      if octets[next] == UInt8(ascii: "\"") {
        next += 1
        if next == octets.count || octets[next] != UInt8(ascii: "\"") { break }
      }
      octets[end] = octets[next]
      end += 1
      next += 1
    }
    while next < octets.count, isSpace(next) { next += 1 }
    if next < octets.count, octets[next] != UInt8(ascii: ",") { throw .textBehindQuote }
    fields.append(begin..<end)
  }

  private func isSpace(_ place: Int) -> Bool {
    octets[place] == UInt8(ascii: " ") || octets[place] == UInt8(ascii: "\t")
  }
}

extension CSVLine.Fault: CustomStringConvertible {
  var description: String {
    switch self {
    case .openQuote: "unterminated quoted field; close it on the same line"
    case .textBehindQuote: "text after a closing quote; put a comma between, or double a literal quote"
    case .strayQuote: "quote within a field; quote the field and double the quote"
    }
  }
}
