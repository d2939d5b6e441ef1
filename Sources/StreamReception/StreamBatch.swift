public import Capture
import NIOCore
public import NetworkBytes

/// Messages and ends of connections, in order of arrival.
public struct StreamBatch: Sendable {
  private struct Entry {
    var source: Endpoint
    var local: Endpoint
    var part: StreamPart
    var octets: Range<Int>
  }

  private var octets: [UInt8] = []
  private var entries: [Entry] = []

  /// Memory of an entry besides its octets.
  static let overhead = 128

  public init() {}

  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// Octets of memory.
  var size: Int { octets.count + entries.count * Self.overhead }

  mutating func append(_ message: ByteBufferView?, _ part: StreamPart, from source: Endpoint, to local: Endpoint) {
    let start = octets.count
    if let message { octets.append(contentsOf: message) }
    entries.append(Entry(source: source, local: local, part: part, octets: start..<octets.count))
  }

  /// Returns the entry at `index`, less than `count`.
  ///
  /// - Parameter arrival: the present time, nanoseconds since 1970 UTC: the message may have waited in several places
  ///   before.
  @_lifetime(borrow self)
  public func datagram(_ index: Int, arrival: UnixNanoseconds) -> Datagram {
    let entry = entries[index]
    return Datagram(
      bytes: octets.rawSpan.extracting(entry.octets), source: entry.source, localPort: entry.local.port,
      arrival: arrival, stream: entry.part)
  }

  /// Returns the local endpoint of the entry's connection.
  public func local(_ index: Int) -> Endpoint { entries[index].local }

  /// Removes all entries and keeps the memory.
  mutating func removeAll() {
    octets.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }
}
