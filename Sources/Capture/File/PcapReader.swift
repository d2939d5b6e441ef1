// The pcap format, read by libpcap. All of this module's calls of libpcap and of C stdio, which libpcap requires, are
// here.

import CPcap
import Glibc

/// The frames of a pcap file of either byte order, with microseconds or nanoseconds.
///
/// libpcap truncates frames longer than the snapshot length of the file header.
///
/// Sound: `handle` comes from libpcap, is owned by this value and closed once, before `buffer`, which its stream reads into, is
/// freed; `data` points to `length` octets that libpcap keeps until the next call, which the lifetime of `frame` excludes while
/// the span is in use.
@safe
struct PcapReader: ~Copyable {
  private let handle: OpaquePointer?
  private let buffer: UnsafeMutablePointer<CChar>?
  private let path: String
  private var data: UnsafePointer<UInt8>?
  private var length = 0

  /// The link type of all frames; nil if it is unsupported.
  let link: LinkType?
  let linkNumber: UInt32
  /// Capture time, nanoseconds since 1970 UTC.
  private(set) var arrival: Int64 = 0
  /// Octets read.
  private(set) var offset = 24
  private var frames = 0

  /// Takes over a file positioned at its beginning.
  init(_ file: inout InputFile, path: String) throws(CaptureError) {
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.bufferSize)
    let stream = unsafe Self.stream(file.release(), buffer)
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    let opened = unsafe pcap_fopen_offline_with_tstamp_precision(
      stream, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    guard let opened = unsafe opened else {
      if let stream = unsafe stream { unsafe fclose(stream) }
      unsafe buffer.deallocate()
      throw CaptureError(path: path, reason: .notACapture(detail: text(message)))
    }
    unsafe handle = unsafe opened
    unsafe self.buffer = unsafe buffer
    self.path = path
    linkNumber = UInt32(truncatingIfNeeded: unsafe pcap_datalink(opened))
    link = LinkType(number: linkNumber)
  }

  private static let bufferSize = 1 << 18

  /// - Parameter buffer: `bufferSize` octets, which must outlive the stream. Without them, glibc would ignore the size and read 4,096
  ///   octets at a time.
  /// - Returns: nil without a file, or without memory.
  private static func stream(
    _ input: (descriptor: Int32, peeked: UInt8?)?, _ buffer: UnsafeMutablePointer<CChar>
  ) -> UnsafeMutablePointer<FILE>? {
    guard let input else { return nil }
    guard let stream = unsafe fdopen(input.descriptor, "rb") else {
      close(input.descriptor)
      return nil
    }
    unsafe setvbuf(stream, buffer, _IOFBF, bufferSize)
    if let octet = input.peeked { unsafe ungetc(Int32(octet), stream) }
    return unsafe stream
  }

  /// An empty reader without a file.
  init() {
    unsafe handle = nil
    unsafe buffer = nil
    path = ""
    linkNumber = 0
    link = nil
  }

  deinit {
    if let handle = unsafe handle { unsafe pcap_close(handle) }
    unsafe buffer?.deallocate()
  }

  /// Advances to the next frame.
  ///
  /// - Returns: false at the end of the file.
  mutating func advance() throws(CaptureError) -> Bool {
    guard let handle = unsafe handle else { return false }
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    let status = unsafe pcap_next_ex(handle, &header, &data)
    guard status == 1, let header = unsafe header else {
      length = 0
      if status == PCAP_ERROR_BREAK { return false }
      throw unsafe failure(of: handle)
    }
    length = Int(unsafe header.pointee.caplen)
    // Seconds are unsigned in the file, but signed in libpcap.
    let seconds = Int64(UInt32(truncatingIfNeeded: unsafe header.pointee.ts.tv_sec))
    arrival = seconds &* 1_000_000_000 &+ Int64(unsafe header.pointee.ts.tv_usec)
    offset &+= 16 &+ length
    frames &+= 1
    return true
  }

  /// The captured octets of the frame.
  var frame: RawSpan {
    @_lifetime(borrow self) get {
      let octets = unsafe UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : length)
      return unsafe _overrideLifetime(octets.bytes, borrowing: self)
    }
  }

  private func failure(of handle: OpaquePointer) -> CaptureError {
    var reason = CaptureError.Reason.damaged(detail: unsafe String(cString: pcap_geterr(handle)))
    if let stream = unsafe pcap_file(handle) {
      if unsafe feof(stream) != 0 { reason = .cut }
      if unsafe ferror(stream) != 0 { reason = .cannotRead(errno: errno) }
    }
    return CaptureError(path: path, reason: reason, frames: frames, offset: offset)
  }
}

/// Returns the text before the NUL.
private func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
