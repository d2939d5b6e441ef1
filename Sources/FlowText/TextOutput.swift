import Files
public import Foundation

/// Buffers text for a descriptor and writes it in large pieces. After a failure the rest is discarded; `failure` has
/// the reason.
public final class TextOutput {
  @usableFromInline var buffer: [UInt8] = []
  private let file: FileHandle
  public private(set) var failure: String?
  @inlinable static var size: Int { 1 << 16 }

  public init(_ file: FileHandle = .standardOutput) {
    self.file = file
    buffer.reserveCapacity(Self.size + (1 << 12))
  }

  /// Appends what `body` appends; inlined, so that a line costs no closure call.
  @inlinable @inline(__always)
  public func write(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    if buffer.count >= Self.size { flush() }
  }

  /// Writes the buffered text.
  public func flush() {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard failure == nil, !buffer.isEmpty else { return }
    do {
      try file.write(contentsOf: buffer)
    } catch {
      failure = error.systemReason
    }
  }
}
