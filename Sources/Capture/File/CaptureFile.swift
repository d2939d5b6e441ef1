import NetworkBytes

/// The UDP datagrams of a capture file, in capture order.
///
///     var capture = try CaptureFile(path: "export.pcapng")
///     while try capture.next() { use(capture.datagram) }
///
/// The first octet distinguishes pcap and pcapng; the file name is irrelevant.
public struct CaptureFile: ~Copyable {
  /// The path as given; `-` for standard input.
  public let path: String
  /// The file's size in octets, for progress; nil for a pipe.
  public var totalOctets: Int? { reader.size }

  private var reader: FrameReader
  private var reassembler = Reassembler()
  private var counts = CaptureCounters()
  private var ended = false

  private let isJournal: Bool
  private var source = Endpoint(address: .unspecified, port: 0)
  private var stream: StreamPart?
  private var localPort: UInt16 = 0
  /// Position of the payload in the frame, or in the reassembled packet.
  private var payload = 0..<0
  private var isReassembled = false

  /// Opens a capture.
  ///
  /// - Parameters:
  ///   - path: A file, or `-` for standard input.
  ///   - isJournal: Whether it is a journal, which also contains messages over connections.
  /// - Throws: `CaptureError` if it cannot be opened or is not a capture.
  public init(path: String, isJournal: Bool = false) throws(CaptureError) {
    reader = try FrameReader.open(path: path)
    self.isJournal = isJournal
    self.path = path
  }

  /// Advances to the next datagram.
  ///
  /// - Returns: false at the end of the file, and ever after.
  /// - Throws: `CaptureError` once, where the file is truncated, damaged or unreadable, after all earlier datagrams
  ///   were delivered.
  public mutating func next() throws(CaptureError) -> Bool {
    while try advance() {
      counts.frames &+= 1
      guard let link = reader.link else {
        passOverUnknownLink()
        continue
      }
      if take(isJournal ? FrameParser.parse(journaled: reader.frame) : FrameParser.parse(reader.frame, link: link)) {
        counts.datagrams &+= 1
        return true
      }
    }
    payload = 0..<0
    return false
  }

  /// The current datagram.
  public var datagram: Datagram {
    @_lifetime(borrow self) get {
      Datagram(
        bytes: content.extracting(payload), source: source,
        localPort: stream == nil ? content.localPort(ofPayload: payload.lowerBound) : localPort,
        arrival: reader.arrival, stream: stream)
    }
  }

  /// Counters of the frames so far.
  public var counters: CaptureCounters {
    var counters = counts
    counters.pendingPackets = reassembler.pending
    counters.givenUpPackets = reassembler.givenUp
    return counters
  }

  /// Octets read so far.
  public var octetsRead: Int { reader.offset }
}

extension CaptureFile {
  private var content: RawSpan {
    @_lifetime(borrow self) get { isReassembled ? reassembler.packet.rawSpan : reader.frame }
  }

  private mutating func advance() throws(CaptureError) -> Bool {
    guard !ended else { return false }
    ended = true
    ended = !(try reader.advance())
    return !ended
  }

  private mutating func passOverUnknownLink() {
    counts.unknownLinkFrames &+= 1
    if counts.unknownLinkType == nil { counts.unknownLinkType = reader.linkNumber }
  }

  /// - Returns: whether there is a datagram.
  private mutating func take(_ parsed: ParsedFrame) -> Bool {
    switch parsed {
    case .datagram(let source, let payload):
      self.source = source
      self.payload = payload
      stream = nil
      isReassembled = false
      return true
    case .segment(let segment):
      (source, payload, stream, localPort) = (segment.source, segment.payload, segment.part, segment.localPort)
      isReassembled = false
      return true
    case .notUDP: counts.notUDP &+= 1
    case .truncated: counts.truncatedFrames &+= 1
    case .fragment(let fragment): return take(fragment)
    }
    return false
  }

  /// Passes the fragment to the reassembler; a completed packet is treated like a frame.
  private mutating func take(_ fragment: Fragment) -> Bool {
    guard let nextHeader = Self.add(fragment, reader, &reassembler) else {
      counts.fragments &+= 1
      return false
    }
    let parsed = FrameParser.parse(
      reassembled: reassembler.packet.rawSpan, nextHeader: nextHeader, source: fragment.packet.source)
    guard take(parsed) else { return false }
    isReassembled = true
    return true
  }

  private static func add(
    _ fragment: Fragment, _ reader: borrowing FrameReader, _ reassembler: inout Reassembler
  ) -> UInt8? {
    reassembler.add(fragment, content: reader.frame.extracting(fragment.content), arrival: reader.arrival)
  }
}
