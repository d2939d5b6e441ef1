import Files
public import Foundation

/// Text on its way to a descriptor, written in large pieces. After a failure the rest is let go, and `failure` says why.
public final class TextOutput {
  @usableFromInline var buffer: [UInt8] = []
  private let file: FileHandle
  public private(set) var failure: String?
  @inlinable static var size: Int { 1 << 16 }

  public init(_ file: FileHandle = .standardOutput) {
    self.file = file
    buffer.reserveCapacity(Self.size + (1 << 12))
  }

  /// Appends what `body` appends; inlined, so that a line costs no call of a closure.
  @inlinable @inline(__always)
  public func write(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    if buffer.count >= Self.size { flush() }
  }

  /// Writes what waits.
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
