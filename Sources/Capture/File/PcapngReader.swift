import NetworkBytes

/// The frames of a pcapng file (draft-ietf-opsawg-pcapng): sections of either byte order, each with any number of
/// interfaces of any link type; blocks without frames are skipped.
///
/// libpcap requires that all interfaces have the same link type and snapshot length and all sections the same byte
/// order, and fails in the middle of other files.
struct PcapngReader: ~Copyable {
  private var input: InputBuffer
  private let path: String
  private var section = PcapngSection()
  /// Offset of the current block in the file.
  private var blockOffset = 0
  /// Length of the block at the window's beginning, which contains the frame.
  private var blockLength = 0
  private var place = 0..<0
  private var frames = 0

  /// The frame's link type; nil if it is unsupported.
  private(set) var link: LinkType?
  private(set) var linkNumber: UInt32 = 0
  /// Capture time, nanoseconds since 1970 UTC. A frame without a time has that of the previous one.
  private(set) var arrival: Int64 = 0

  /// A longer block with a frame counts as damage, as in libpcap.
  private static let maximumBlockLength = 16 << 20

  /// Octets read.
  var offset: Int { input.offset + blockLength }

  /// Takes over a file positioned at its beginning.
  init(_ file: inout InputFile, path: String) throws(CaptureError) {
    var input = InputBuffer(file.take())
    guard input.fill(12), PcapngSection.beginsSection(input.window) else {
      if let errno = input.readError { throw CaptureError(path: path, reason: .cannotRead(errno: errno)) }
      throw CaptureError(path: path, reason: .notACapture(detail: "unknown file format"))
    }
    self.input = input
    self.path = path
  }

  /// An empty reader without a file.
  init() {
    input = InputBuffer(InputFile())
    path = ""
  }

  /// The captured octets of the frame.
  var frame: RawSpan {
    @_lifetime(borrow self) get { input.window.extracting(place) }
  }

  /// Advances to the next frame.
  ///
  /// - Returns: false at the end of the file.
  mutating func advance() throws(CaptureError) -> Bool {
    while try nextBlock() {
      switch section.read(input, blockLength) {
      case .frame(let frame):
        place = frame.place
        linkNumber = frame.linkNumber
        link = frame.link
        if let time = frame.time { arrival = time }
        frames &+= 1
        return true
      case .noFrame: continue
      case .damage(let detail): throw error(.damaged(detail: detail))
      }
    }
    return false
  }

  /// Loads the next relevant block completely into the window.
  private mutating func nextBlock() throws(CaptureError) -> Bool {
    input.consume(blockLength)
    (blockLength, place) = (0, 0..<0)
    while true {
      blockOffset = input.offset
      guard input.fill(12) else {
        if input.count == 0, input.readError == nil { return false }
        throw endError()
      }
      guard let block = section.header(input) else {
        throw error(.damaged(detail: "impossible pcapng block length or byte order"))
      }
      guard block.matters else {
        guard input.skip(block.length) else { throw endError() }
        continue
      }
      guard block.length <= Self.maximumBlockLength else {
        throw error(.damaged(detail: "pcapng block of \(block.length) bytes"))
      }
      guard input.fill(block.length) else { throw endError() }
      blockLength = block.length
      return true
    }
  }

  /// Returns the error for a file that ends within a block, or cannot be read.
  private func endError() -> CaptureError {
    error(input.readError.map { .cannotRead(errno: $0) } ?? .cut)
  }

  private func error(_ reason: CaptureError.Reason) -> CaptureError {
    CaptureError(path: path, reason: reason, frames: frames, offset: blockOffset)
  }
}
