public import Files
public import FlowModel
public import FlowOutput
import FlowText
import NetworkBytes

/// Writes one worker's rows as lines.
///
/// Each row is written once, without acknowledgment. Rows that are lost downstream, or because the file cannot be
/// written and the buffer is full, are counted. A start after a crash writes the rows since the last checkpoint again,
/// as for every row output without a cursor.
public struct LineOutput: OutputWriter, ~Copyable {
  /// Rows that could not be written yet.
  private struct Piece {
    var text: [UInt8]
    /// End of each row in `text`.
    var ends: [Int]
    /// Number of rows written.
    var written = 0

    /// Returns the octets of the first rows.
    func octets(of rows: Int) -> Int { rows == 0 ? 0 : ends[rows - 1] }
  }

  public private(set) var counters = OutputCounters()
  public private(set) var failure: FileError?
  private let file: LineFile
  private let name: String
  private var printer: FlowPrinter
  /// Rows of a batch; kept to reuse its memory.
  private var piece = Piece(text: [], ends: [])
  private var held: [Piece] = []
  private var heldOctets = 0

  /// - Parameter name: name of the output, for the log.
  public init(_ name: String, to file: LineFile) {
    self.name = name
    self.file = file
    printer = FlowPrinter(file.options.format, names: file.options.names)
  }

  public var target: (name: String, place: String) {
    ("output \(name)", file.options.place)
  }

  public mutating func append(_ flows: borrowing FlowBatch, _ context: FlowContext) {
    counters.received &+= UInt64(flows.count)
    writeHeld()
    var next = Piece(text: [], ends: [])
    swap(&next, &piece)
    next.text.removeAll(keepingCapacity: true)
    next.ends.removeAll(keepingCapacity: true)
    next.written = 0
    for (index, record) in flows.records.enumerated() {
      let origin = Int(record.origin) < context.origins.count ? context.origins[Int(record.origin)] : Self.noOrigin
      let rare = record.extensionNumber == 0 ? nil : flows.extensions[Int(record.extensionNumber) - 1]
      let row = FlowRow(record, origin: origin, rare: rare, names: context.names, facts: flows.facts(of: index))
      printer.append(row, to: &next.text)
      next.ends.append(next.text.count)
    }
    if held.isEmpty { write(&next) }
    if next.written < next.ends.count { hold(next) } else { swap(&next, &piece) }
  }

  private static let noOrigin = FlowOrigin(exporter: .unspecified, domain: 0, version: 0)

  public mutating func advance(to context: FlowContext) { writeHeld() }

  public mutating func maintain() {}

  /// Buffered rows stay buffered: there is nothing to sync.
  public mutating func commit() -> OutputCounters? { counters }

  public mutating func publish() {}

  public mutating func finish() {
    writeHeld()
    counters.lost &+= counters.held
    counters.held = 0
    held = []
    heldOctets = 0
  }

  /// Writes as much of a piece as possible.
  private mutating func write(_ piece: inout Piece) {
    let before = piece.written
    do throws(FileError) {
      try file.write(piece.text, piece.ends, from: piece.written, written: &piece.written)
      failure = nil
    } catch {
      counters.failures &+= 1
      // The file logs the end of standard output, once for all workers.
      failure = file.hasEnded ? nil : error
    }
    counters.committed &+= UInt64(piece.written - before)
    counters.committedOctets &+= UInt64(piece.octets(of: piece.written) - piece.octets(of: before))
  }

  private mutating func writeHeld() {
    while var piece = held.first {
      let before = piece.written
      write(&piece)
      counters.held &-= UInt64(piece.written - before)
      if piece.written < piece.ends.count {
        held[0].written = piece.written
        break
      }
      heldOctets -= piece.text.count
      held.removeFirst()
    }
    if !held.isEmpty, file.hasEnded { finish() }
  }

  /// Buffers a piece that was not fully written, if there is room.
  private mutating func hold(_ piece: Piece) {
    let rows = UInt64(piece.ends.count - piece.written)
    guard !file.hasEnded, heldOctets + piece.text.count <= file.options.maximumHeld else {
      counters.lost &+= rows
      return
    }
    counters.held &+= rows
    heldOctets += piece.text.count
    held.append(piece)
  }
}
