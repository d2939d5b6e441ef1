import Files

/// Reads a file's lines with one chunk in memory at a time.
struct LineReader: ~Copyable {
  private var file: WholeFile
  private let limits: LabelLimits
  private var chunk: [UInt8] = []
  private var place = 0
  /// Number of the last line, from 1.
  private(set) var number = 0

  private static let chunkSize = 1 << 18

  static func open(_ path: String, _ limits: LabelLimits) throws(LabelError) -> LineReader {
    do throws(WholeFileFault) {
      return LineReader(try WholeFile.open(path, atMost: limits.octets), limits)
    } catch {
      throw LabelError(path, .unread(error))
    }
  }

  private init(_ file: consuming WholeFile, _ limits: LabelLimits) {
    self.file = file
    self.limits = limits
  }

  var path: String { file.path }

  /// Reads the next line, without its ending, into `line`.
  ///
  /// - Returns: false at the end of the file.
  mutating func next(into line: inout CSVLine) throws(LabelError) -> Bool {
    line.removeAll()
    var isLine = false
    while true {
      if place == chunk.count {
        try refill()
        if chunk.isEmpty { break }
      }
      isLine = true
      let end = chunk[place...].firstIndex(of: UInt8(ascii: "\n"))
      line.append(chunk[place..<(end ?? chunk.count)], limit: limits.lineOctets + 2)
      place = end.map { $0 + 1 } ?? chunk.count
      if end != nil { break }
    }
    if !isLine { return false }
    number += 1
    line.dropReturn()
    if number == 1 { line.dropByteOrderMark() }
    return true
  }

  private mutating func refill() throws(LabelError) {
    place = 0
    do throws(WholeFileFault) { chunk = try file.next(Self.chunkSize) } catch { throw LabelError(path, .unread(error)) }
  }
}
