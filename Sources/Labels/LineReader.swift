import Files

/// Gives a file's lines, a chunk of the file in memory at a time.
struct LineReader: ~Copyable {
  private let file: OpenFile
  private let version: FileVersion
  private let isFile: Bool
  private let limits: LabelLimits
  private var chunk: [UInt8] = []
  private var place = 0
  private var total: Int64 = 0
  /// Of the last line, from 1.
  private(set) var number = 0

  private static let chunkSize = 1 << 18

  static func open(_ path: String, _ limits: LabelLimits) throws(LabelError) -> LineReader {
    let reader = try fileCall(path) { () throws(FileError) in
      // Without waiting for whoever writes into a pipe.
      let file = try OpenFile(path, .readingAtOnce)
      let status = try file.status()
      return LineReader(file, status, limits)
    }
    if !reader.isFile { throw LabelError(path, .noFile) }
    if reader.version.size > limits.octets { throw LabelError(path, .tooLarge(limits.octets)) }
    return reader
  }

  private static func fileCall<Value: ~Copyable>(
    _ path: String, _ call: () throws(FileError) -> Value
  ) throws(LabelError) -> Value {
    do throws(FileError) { return try call() } catch { throw LabelError(path, .file(error)) }
  }

  private init(_ file: consuming OpenFile, _ status: FileStatus, _ limits: LabelLimits) {
    self.file = file
    isFile = status.kind == .file
    version = status.version
    self.limits = limits
  }

  var path: String { file.path }

  /// Reads the next line, without its end, into `line`.
  ///
  /// - Returns: false: there is none.
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
    var octets: [UInt8] = []
    do throws(FileError) {
      try octets.append(addingCapacity: Self.chunkSize) { output throws(FileError) in try file.read(into: &output) }
    } catch {
      throw LabelError(path, .file(error))
    }
    chunk = octets
    total += Int64(chunk.count)
    if total > limits.octets { throw LabelError(path, .tooLarge(limits.octets)) }
  }

  /// A file that was written to while it was read is neither the old one nor the new one.
  func checkUnchanged() throws(LabelError) {
    let now: FileStatus
    do throws(FileError) { now = try file.status() } catch { throw LabelError(path, .file(error)) }
    if now.version != version { throw LabelError(path, .changing) }
  }
}
