import Files

/// Why a capture file cannot be read, or cannot be read on.
public struct CaptureError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// Opening failed with this errno value: no such file, no permission.
    case cannotOpen(errno: Int32)
    /// Reading failed with this errno value.
    case cannotRead(errno: Int32)
    /// The file holds no octet at all.
    case empty
    /// Neither pcap nor pcapng; `detail` says what was wrong with its beginning.
    case notACapture(detail: String)
    /// The file begins as this program's output does.
    case compressed(with: String)
    /// The file ends inside a frame or block. What came before it was delivered.
    case cut
    /// What stands at `offset` is impossible. What came before it was delivered.
    case damaged(detail: String)
  }

  /// The file as it was named; `-` is standard input.
  public var path: String
  public var reason: Reason
  /// Frames read before this.
  public var frames: Int
  /// Where in the file the frame or block begins that could not be read, in octets.
  public var offset: Int

  init(path: String, reason: Reason, frames: Int = 0, offset: Int = 0) {
    self.path = path
    self.reason = reason
    self.frames = frames
    self.offset = offset
  }

  /// Whether there is no such file.
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
