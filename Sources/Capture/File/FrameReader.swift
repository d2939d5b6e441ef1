import NetworkBytes

/// The frames of a capture file of either format.
///
/// One of the two readers has the file (a `~Copyable` enum would be clearer, but cannot be modified in place yet).
struct FrameReader: ~Copyable {
  private var pcap: PcapReader
  private var pcapng: PcapngReader
  private let isPcapng: Bool

  /// The file's size in octets; nil for a pipe.
  let size: Int?

  /// Opens a file and detects its format by the first octet: 0x0a begins pcapng, and neither pcap variants nor common
  /// compression formats.
  static func open(path: String) throws(CaptureError) -> FrameReader {
    var file = try InputFile(path: path)
    let size = file.size
    guard let first = file.peek() else {
      if let errno = file.readError { throw CaptureError(path: path, reason: .cannotRead(errno: errno)) }
      throw CaptureError(path: path, reason: .empty)
    }
    switch first {
    case 0x0a: return FrameReader(pcapng: try PcapngReader(&file, path: path), size: size)
    case 0x1f: throw CaptureError(path: path, reason: .compressed(with: "gzip"))
    case 0x28: throw CaptureError(path: path, reason: .compressed(with: "zstd"))
    case 0xfd: throw CaptureError(path: path, reason: .compressed(with: "xz"))
    default: return FrameReader(pcap: try PcapReader(&file, path: path), size: size)
    }
  }

  private init(pcapng: consuming PcapngReader, size: Int?) {
    pcap = PcapReader()
    self.pcapng = pcapng
    isPcapng = true
    self.size = size
  }

  private init(pcap: consuming PcapReader, size: Int?) {
    self.pcap = pcap
    pcapng = PcapngReader()
    isPcapng = false
    self.size = size
  }

  /// Advances to the next frame.
  ///
  /// - Returns: false at the end of the file.
  mutating func advance() throws(CaptureError) -> Bool {
    isPcapng ? try pcapng.advance() : try pcap.advance()
  }

  /// The captured octets of the frame.
  var frame: RawSpan {
    @_lifetime(borrow self) get { isPcapng ? pcapng.frame : pcap.frame }
  }

  /// The frame's link type; nil if it is unsupported.
  var link: LinkType? { isPcapng ? pcapng.link : pcap.link }
  var linkNumber: UInt32 { isPcapng ? pcapng.linkNumber : pcap.linkNumber }
  /// Capture time, nanoseconds since 1970 UTC.
  var arrival: Int64 { isPcapng ? pcapng.arrival : pcap.arrival }
  /// Octets read.
  var offset: Int { isPcapng ? pcapng.offset : pcap.offset }
}
