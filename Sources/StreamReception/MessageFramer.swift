// StreamReception: IPFIX messages over TCP and TLS (RFC 7011 §10.4): accepts connections, cuts what they bring into messages and
// hands these to the workers over bounded queues. It knows no templates; back-pressure takes the place of loss.

public import NIOCore

/// Cuts the octets of a connection into IPFIX messages, by the length that each header gives (RFC 7011 §10.4.2.2).
public struct MessageFramer: Sendable {
  /// Why a connection's octets are no messages. There is no way to find the next one.
  public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not 10, which is IPFIX: of the versions it alone is defined over TCP.
    case version(UInt16)
    /// Below 16, the length of a header.
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

  /// Octets that are not taken yet.
  public var count: Int { buffer.readableBytes }

  /// Takes in what came next.
  public mutating func append(_ octets: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = octets
    } else {
      var octets = octets
      buffer.discardReadBytes()
      buffer.writeBuffer(&octets)
    }
  }

  /// The next message as far as it is whole, which stays until it is dropped.
  ///
  /// - Returns: nil if octets are missing.
  /// - Throws: `Fault` as soon as the header's first octets show it.
  public func next() throws(Fault) -> ByteBufferView? {
    let start = buffer.readerIndex
    guard let version = buffer.getInteger(at: start, as: UInt16.self) else { return nil }
    if version != 10 { throw .version(version) }
    guard let length = buffer.getInteger(at: start + 2, as: UInt16.self) else { return nil }
    if length < Self.headerLength { throw .length(length) }
    return buffer.viewBytes(at: start, length: Int(length))
  }

  /// Drops the first so many octets: the message that was taken.
  public mutating func drop(_ octets: Int) {
    buffer.moveReaderIndex(forwardBy: min(octets, buffer.readableBytes))
    // What is left of a large read is not kept for a few octets.
    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
  }
}
