import CSystemCalls
package import Files
import Glibc
import NetworkBytes

/// What went wrong with a journal.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was done to the file: `write`.
  public var operation: String
  public var path: String
  /// `errno`.
  public var code: Int32

  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Of a call on a journal's file.
  package init(_ error: FileError) {
    self.init(operation: error.operation.rawValue, path: error.path, code: error.code)
  }

  public var description: String { "cannot \(operation) \(path): \(errorText(code))" }
}

/// Datagrams on their way into the journal, and those that are just being received, in memory that outlives the process.
///
/// The receiver that it is given to appends to it; one other thread takes from it what is to be written into files. What is
/// in it when the process is killed, the next process finds.
///
/// Sound: `ring` comes from the shim and is freed once, after both sides have let go of this object. The receiving side
/// changes the slots, `head`, `mark` and `begun`, the writing side `tail` and `current`, each by single stores that the other
/// side loads; the octets between tail and head are not changed. `record` is for the time before there are two threads.
@safe
public final class JournalBuffer: @unchecked Sendable {
  let ring: UnsafeMutablePointer<sagflow_ring>
  /// Datagrams that are received at a time.
  static let slots: UInt32 = 64

  /// Memory of the process's own.
  ///
  /// - Parameter capacity: octets of records that can wait.
  public init(capacity: Int) throws(SocketError) {
    guard let ring = unsafe sagflow_ring_map(Self.slots, capacity, 0, 0, -1) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: errno)
    }
    unsafe self.ring = unsafe ring
  }

  /// A file, best in memory (tmpfs): where pages have to be written to a disk, the kernel may have to wait for one while the
  /// process is killed. Made if it is not there; what an earlier process left in it is kept if it is `.sound`, else it begins
  /// anew.
  ///
  /// - Parameter boot: tells the boot of the machine from others; 0: not known.
  public init(capacity: Int, in path: String, boot: UInt64? = nil) throws(JournalError) {
    let file = try Self.open(path, .updating(0o600))
    let outlivesBoot = try Self.outlivesBoot(file)
    guard
      let ring = unsafe sagflow_ring_map(
        Self.slots, capacity, boot ?? BootIdentity.current, outlivesBoot ? 1 : 0, file.borrowed)
    else {
      throw JournalError(operation: "make room in", path: path, code: errno)
    }
    unsafe self.ring = unsafe ring
  }

  deinit { unsafe sagflow_ring_destroy(ring) }

  private static func open(_ path: String, _ mode: OpenFile.Mode) throws(JournalError) -> OpenFile {
    do throws(FileError) {
      let file = try OpenFile(path, mode)
      // In a directory that all may write into, somebody else may have made it.
      let status = try file.status()
      if status.isOwn, status.kind == .file { return file }
    } catch {
      throw JournalError(error)
    }
    throw JournalError(operation: "use", path: path, code: EPERM)
  }

  private static func outlivesBoot(_ file: borrowing OpenFile) throws(JournalError) -> Bool {
    do throws(FileError) { return try !file.fileSystem().isMemory } catch { throw JournalError(error) }
  }

  // MARK: Before it is opened

  /// What an earlier process left in a file.
  public enum Condition: Equatable, Sendable {
    /// Nothing.
    case empty
    /// A ring to go on with.
    case sound
    /// A ring on a disk that may have pages of different times: the machine was booted since, or that is not known.
    case otherBoot
    /// No ring, or one whose words or records do not fit: why.
    case damaged(String)
  }

  /// Looks at all words and records of a file, and changes nothing.
  ///
  /// - Parameter boot: as for `init`.
  public static func condition(of path: String, boot: UInt64? = nil) throws(JournalError) -> Condition {
    let file = try open(path, .readingNoLink)
    let outlivesBoot = try outlivesBoot(file)
    let check = unsafe sagflow_ring_check(file.borrowed, boot ?? BootIdentity.current, outlivesBoot ? 1 : 0)
    if unsafe check.error != 0 { throw JournalError(operation: "read", path: path, code: unsafe -check.error) }
    return switch unsafe check.kind {
    case SAGFLOW_RING_EMPTY: .empty
    case SAGFLOW_RING_SOUND: .sound
    case SAGFLOW_RING_OTHER_BOOT: .otherBoot
    default: .damaged(unsafe check.fault.map { unsafe String(cString: $0) } ?? "it cannot be understood")
    }
  }

  /// No segment has a greater number.
  public static let greatestSegment: UInt64 = 1 << UInt64(SAGFLOW_GREATEST_BITS)

  // MARK: Either side

  /// Octets that wait to be written.
  public var waiting: Int { Int(unsafe sagflow_journal_waiting(ring)) }

  /// The segment that is appended to; 0: none was begun.
  public var segment: UInt64 { unsafe sagflow_journal_segment(ring) }

  // MARK: The receiving side

  /// Begins a segment: all that is appended from now on is of it.
  ///
  /// - Returns: false if too many segments wait to be written; what is appended is of the one before.
  public func begin(_ segment: UInt64) -> Bool { unsafe sagflow_journal_begin(ring, segment) == 0 }

  /// Datagrams that had no place, in this process and those before.
  public var missing: UInt64 {
    get { unsafe sagflow_journal_missing(ring) }
    set { unsafe sagflow_journal_set_missing(ring, newValue) }
  }

  // MARK: The writing side

  /// The segment whose octets wait next, and how many its file has before them; nil if nothing waits.
  public var next: (segment: UInt64, offset: UInt64)? {
    let piece = unsafe sagflow_journal_next(ring)
    return piece.count == 0 ? nil : (piece.segment, piece.offset)
  }

  /// Writes what waits of the next segment into its file.
  ///
  /// - Returns: octets written, also before a failure, and its `errno`; 0: there was none.
  public func write(to descriptor: Int32) -> (octets: Int, failure: Int32) {
    let result = unsafe sagflow_journal_write(ring, descriptor)
    return (result.written, -result.error)
  }

  /// The file of the segment that waits has lost octets: what waits goes behind those that it has.
  public func move(to offset: UInt64) { unsafe sagflow_journal_move(ring, offset) }

  // MARK: Before there are two sides

  /// Octets of a segment's file that are not waiting here as well; nil: all that it has.
  public func written(of segment: UInt64) -> UInt64? {
    guard let next, segment >= next.segment else { return nil }
    return segment == next.segment ? next.offset : 0
  }

  /// Hands out the datagrams that wait, in order.
  ///
  /// - Parameter body: takes the segment, and the datagram.
  public func forEachWaiting(_ body: (UInt64, borrowing Datagram) -> Void) {
    var position: UInt64 = 0
    while true {
      let record = unsafe sagflow_journal_record(ring, position)
      guard let octets = unsafe record.octets else { return }
      position = unsafe record.next
      // Sound: the record stays until the next call.
      let frame = unsafe UnsafeRawBufferPointer(start: octets, count: Int(record.length)).bytes
      guard let datagram = Self.datagram(in: frame, arrival: unsafe record.arrival) else { continue }
      body(unsafe record.segment, datagram)
    }
  }

  @_lifetime(copy frame)
  private static func datagram(in frame: RawSpan, arrival: UnixNanoseconds) -> Datagram? {
    switch FrameParser.parse(journaled: frame) {
    case .datagram(let source, let payload):
      Datagram(
        bytes: frame.extracting(payload), source: source, localPort: frame.localPort(ofPayload: payload.lowerBound),
        arrival: arrival)
    case .segment(let segment):
      Datagram(
        bytes: frame.extracting(segment.payload), source: segment.source, localPort: segment.localPort,
        arrival: arrival, stream: segment.part)
    case .fragment, .notUDP, .truncated: nil
    }
  }
}
