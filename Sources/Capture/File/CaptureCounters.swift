/// What became of the frames of a capture: `frames` = `datagrams` + `notUDP` + `truncatedFrames` + `fragments` +
/// `unknownLinkFrames` after each call of `CaptureFile.next()`.
public struct CaptureCounters: Equatable, Sendable {
  /// Frames read.
  public var frames = 0
  /// UDP datagrams delivered. One put together from fragments counts at the fragment that completed it.
  public var datagrams = 0
  /// Frames of other protocols, passed over.
  public var notUDP = 0
  /// Frames skipped because they were captured short of their IP length, or because of a bad UDP length.
  public var truncatedFrames = 0
  /// Frames with a fragment that completed nothing: its datagram came with a later frame, is pending, or was given up.
  public var fragments = 0
  /// Frames of a link type that is not understood, passed over.
  public var unknownLinkFrames = 0
  /// The number of the first such link type (https://www.tcpdump.org/linktypes.html).
  public var unknownLinkType: UInt32?
  /// Packets of which only some fragments have come so far.
  public var pendingPackets = 0
  /// Packets given up because fragments were missing for too long, or to bound memory.
  public var givenUpPackets = 0

  public init() {}
}
