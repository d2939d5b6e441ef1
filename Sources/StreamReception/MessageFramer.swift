// StreamReception: IPFIX messages over TCP and TLS (RFC 7011 §10.4): accepts connections, splits their data into
// messages, and passes these to the workers through bounded queues. Knows no templates. Back-pressure replaces loss.

public import NIOCore

/// Splits the data of a connection into IPFIX messages, by the length in each header (RFC 7011 §10.4.2.2).
public struct MessageFramer: Sendable {
  /// Why data is not an IPFIX message. There is no way to resynchronize.
  public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not 10, which is IPFIX, the only version defined over TCP.
    case version(UInt16)
    /// Less than 16, the length of a header.
    case length(UInt16)

    public var description: String {
      switch self {
      case .version(let version): "version \(version) instead of an IPFIX message (version 10)"
      case .length(let length): "a message of \(length) bytes; an IPFIX message has at least 16"
      }
    }
  }

  private var buffer = ByteBuffer()

  private static let headerLength = 16

  public init() {}

  /// Octets not yet consumed.
  public var count: Int { buffer.readableBytes }

  /// Appends received data.
  public mutating func append(_ octets: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = octets
    } else {
      var octets = octets
      buffer.discardReadBytes()
      buffer.writeBuffer(&octets)
    }
  }

  /// Returns the next message if it is complete; call `drop` to consume it.
  ///
  /// - Returns: nil if octets are missing.
  /// - Throws: `Fault` as soon as the first octets of the header show it.
  public func next() throws(Fault) -> ByteBufferView? {
    let start = buffer.readerIndex
    guard let version = buffer.getInteger(at: start, as: UInt16.self) else { return nil }
    if version != 10 { throw .version(version) }
    guard let length = buffer.getInteger(at: start + 2, as: UInt16.self) else { return nil }
    if length < Self.headerLength { throw .length(length) }
    return buffer.viewBytes(at: start, length: Int(length))
  }

  /// Drops the first octets, after a message was processed.
  public mutating func drop(_ octets: Int) {
    buffer.moveReaderIndex(forwardBy: min(octets, buffer.readableBytes))
    // Releases the memory of a large read.
    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
  }
}
