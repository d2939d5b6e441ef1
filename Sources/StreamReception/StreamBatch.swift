public import Capture
import NIOCore
public import NetworkBytes

/// Messages of connections, and connections' ends, in the order in which they came.
public struct StreamBatch: Sendable {
  private struct Entry {
    var source: Endpoint
    var local: Endpoint
    var part: StreamPart
    var octets: Range<Int>
  }

  private var octets: [UInt8] = []
  private var entries: [Entry] = []

  /// Memory of an entry beside its octets.
  static let overhead = 128

  public init() {}

  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// Octets of memory that it takes.
  var size: Int { octets.count + entries.count * Self.overhead }

  mutating func append(_ message: ByteBufferView?, _ part: StreamPart, from source: Endpoint, to local: Endpoint) {
    let start = octets.count
    if let message { octets.append(contentsOf: message) }
    entries.append(Entry(source: source, local: local, part: part, octets: start..<octets.count))
  }

  /// What is at `index`, below `count`.
  ///
  /// - Parameter arrival: when it is taken, nanoseconds since 1970 UTC: it may have waited in several places before.
  @_lifetime(borrow self)
  public func datagram(_ index: Int, arrival: UnixNanoseconds) -> Datagram {
    let entry = entries[index]
    return Datagram(
      bytes: octets.rawSpan.extracting(entry.octets), source: entry.source, localPort: entry.local.port,
      arrival: arrival, stream: entry.part)
  }

  /// Where the connection of what is at `index` was made to.
  public func local(_ index: Int) -> Endpoint { entries[index].local }

  /// Drops all, and keeps its memory.
  mutating func removeAll() {
    octets.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }
}
