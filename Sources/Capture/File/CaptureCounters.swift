/// Counters of a capture's frames: `frames` = `datagrams` + `notUDP` + `truncatedFrames` + `fragments` +
/// `unknownLinkFrames` after each call of `CaptureFile.next()`.
public struct CaptureCounters: Equatable, Sendable {
  /// Frames read.
  public var frames = 0
  /// UDP datagrams delivered. A reassembled one counts with the fragment that completed it.
  public var datagrams = 0
  /// Frames of other protocols, skipped.
  public var notUDP = 0
  /// Frames skipped because they are shorter than their IP length, or have an invalid UDP length.
  public var truncatedFrames = 0
  /// Fragments that completed no packet: it was completed by a later frame, is pending, or was dropped.
  public var fragments = 0
  /// Frames of an unsupported link type, skipped.
  public var unknownLinkFrames = 0
  /// The number of the first such link type (https://www.tcpdump.org/linktypes.html).
  public var unknownLinkType: UInt32?
  /// Incomplete packets.
  public var pendingPackets = 0
  /// Packets dropped because fragments were missing for too long, or to bound memory.
  public var givenUpPackets = 0

  public init() {}
}
