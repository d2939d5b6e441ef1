import Files

/// Why a capture file cannot be read, or not to its end.
public struct CaptureError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// Opening failed with this errno value, such as for a missing file or permission.
    case cannotOpen(errno: Int32)
    /// Reading failed with this errno value.
    case cannotRead(errno: Int32)
    /// The file is empty.
    case empty
    /// Neither pcap nor pcapng; `detail` describes what is wrong with its beginning.
    case notACapture(detail: String)
    /// The file has the signature of this compression program.
    case compressed(with: String)
    /// The file ends within a frame or block. Everything before it was delivered.
    case cut
    /// The content at `offset` is invalid. Everything before it was delivered.
    case damaged(detail: String)
  }

  /// The path as given; `-` for standard input.
  public var path: String
  public var reason: Reason
  /// Number of frames read before.
  public var frames: Int
  /// Offset of the unreadable frame or block, in octets.
  public var offset: Int

  init(path: String, reason: Reason, frames: Int = 0, offset: Int = 0) {
    self.path = path
    self.reason = reason
    self.frames = frames
    self.offset = offset
  }

  /// Whether the file does not exist.
  public var isMissing: Bool { reason == .cannotOpen(errno: 2) }
}

extension CaptureError: CustomStringConvertible {
  /// One line: what, where, what to do.
  public var description: String {
    let name = path == "-" ? "standard input" : path
    let place = "at byte \(offset), after \(frames) frame\(frames == 1 ? "" : "s")"
    switch reason {
    case .cannotOpen(let errno): return "cannot open \(name): \(errorText(errno))"
    case .cannotRead(let errno): return "cannot read \(name): \(errorText(errno)) \(place)"
    case .empty: return "\(name) is empty: expected a pcap or pcapng capture"
    case .notACapture(let detail): return "\(name) is not a pcap or pcapng capture: \(detail)"
    case .compressed(let program):
      return "\(name) is compressed: decompress it first, with `\(program) -dc` and a pipe to `-`"
    case .cut: return "\(name) ends inside a frame \(place): the capture is truncated; the frames before it are valid"
    case .damaged(let detail): return "\(name) is damaged \(place): \(detail)"
    }
  }
}
