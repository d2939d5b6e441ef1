import CSystemCalls
package import Files
import Glibc
import NetworkBytes

/// An error of a journal.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operation on the file: `write`.
  public var operation: String
  public var path: String
  /// `errno`.
  public var code: Int32

  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// From a call on a journal's file.
  package init(_ error: FileError) {
    self.init(operation: error.operation.rawValue, path: error.path, code: error.code)
  }

  public var description: String { "cannot \(operation) \(path): \(errorText(code))" }
}

/// Buffers datagrams for the journal, and those being received, in memory that outlives the process.
///
/// The receiver appends; another thread takes what is to be written to files. After a kill, the next process finds the
/// content.
///
/// Sound: `ring` comes from the shim and is freed once, after both sides have released this object. The receiving side
/// changes the slots, `head`, `mark` and `begun`, the writing side `tail` and `current`, each by single stores that the
/// other side loads; the octets between tail and head are not changed. `record` may only be used before there are two
/// threads.
@safe
public final class JournalBuffer: @unchecked Sendable {
  let ring: UnsafeMutablePointer<sagflow_ring>
  /// Maximum datagrams per batch.
  static let slots: UInt32 = 64

  /// Uses the process's own memory.
  ///
  /// - Parameter capacity: octets of waiting records.
  public init(capacity: Int) throws(SocketError) {
    guard let ring = unsafe sagflow_ring_map(Self.slots, capacity, 0, 0, -1) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: errno)
    }
    unsafe self.ring = unsafe ring
  }

  /// Uses a file, preferably in memory (tmpfs): with pages on disk, the kernel may have to wait for one while the
  /// process is killed. Created if necessary; the content left by an earlier process is kept if it is `.sound`,
  /// otherwise it is reset.
  ///
  /// - Parameter boot: identifies the machine's boot; 0 if unknown.
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
      // In a world-writable directory, someone else may have created it.
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

  // MARK: Before opening

  /// The state of a file left by an earlier process.
  public enum Condition: Equatable, Sendable {
    /// Unused.
    case empty
    /// A ring that can be resumed.
    case sound
    /// A ring on disk that may be torn: the machine was rebooted since, or that is unknown.
    case otherBoot
    /// Not a ring, or one with inconsistent words or records, and why.
    case damaged(String)
  }

  /// Checks all words and records of a file, without changing anything.
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

  /// The greatest valid segment number.
  public static let greatestSegment: UInt64 = 1 << UInt64(SAGFLOW_GREATEST_BITS)

  // MARK: Either side

  /// Octets waiting to be written.
  public var waiting: Int { Int(unsafe sagflow_journal_waiting(ring)) }

  /// The segment being appended to; 0 if none was begun.
  public var segment: UInt64 { unsafe sagflow_journal_segment(ring) }

  // MARK: The receiving side

  /// Begins a segment for everything appended from now on.
  ///
  /// - Returns: false if too many segments wait to be written, so that the previous one continues.
  public func begin(_ segment: UInt64) -> Bool { unsafe sagflow_journal_begin(ring, segment) == 0 }

  /// Datagrams that did not fit, in this and earlier processes.
  public var missing: UInt64 {
    get { unsafe sagflow_journal_missing(ring) }
    set { unsafe sagflow_journal_set_missing(ring, newValue) }
  }

  // MARK: The writing side

  /// The segment of the next waiting octets, and their offset in its file; nil if nothing waits.
  public var next: (segment: UInt64, offset: UInt64)? {
    let piece = unsafe sagflow_journal_next(ring)
    return piece.count == 0 ? nil : (piece.segment, piece.offset)
  }

  /// Writes the waiting octets of the next segment to its file.
  ///
  /// - Returns: octets written, including those before a failure, and its `errno`; 0 for none.
  public func write(to descriptor: Int32) -> (octets: Int, failure: Int32) {
    let result = unsafe sagflow_journal_write(ring, descriptor)
    return (result.written, -result.error)
  }

  /// Sets the offset of the waiting octets, after their file has lost data.
  public func move(to offset: UInt64) { unsafe sagflow_journal_move(ring, offset) }

  // MARK: Before there are two threads

  /// Returns the octets of a segment's file that are not also waiting here; nil for all.
  public func written(of segment: UInt64) -> UInt64? {
    guard let next, segment >= next.segment else { return nil }
    return segment == next.segment ? next.offset : 0
  }

  /// Calls `body` with the waiting datagrams, in order.
  ///
  /// - Parameter body: receives the segment and the datagram.
  public func forEachWaiting(_ body: (UInt64, borrowing Datagram) -> Void) {
    var position: UInt64 = 0
    while true {
      let record = unsafe sagflow_journal_record(ring, position)
      guard let octets = unsafe record.octets else { return }
      position = unsafe record.next
      // Sound: the record stays valid until the next call.
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
