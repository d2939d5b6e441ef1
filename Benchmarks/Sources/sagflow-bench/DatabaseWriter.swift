import Foundation
import NetworkBytes

/// Writes databases in MaxMind's format (MaxMind DB, version 2.0): a binary tree of the networks of both families, and
/// their data.
struct DatabaseWriter {
  /// Records for bit 0 and bit 1 of each node: a node, data, or nothing.
  private var nodes = [SIMD2(repeating: Self.nothing)]
  private var data: [UInt8] = []

  private static let nothing = UInt32.max
  private static let dataBit: UInt32 = 1 << 31

  /// Data shared by networks.
  struct Entry { fileprivate var offset: UInt32 }

  /// The value types that these databases use.
  enum Value {
    case text(String)
    case number16(UInt16)
    case number32(UInt32)
    case number64(UInt64)
    case map([(key: String, value: Value)])
    case list([Value])
  }

  mutating func entry(_ value: Value) -> Entry {
    defer { Self.append(value, to: &data) }
    return Entry(offset: UInt32(data.count))
  }

  /// Adds a network; networks that contain it must have been added before.
  ///
  /// - Parameter length: at most 32 for IPv4, 128 for IPv6.
  mutating func add(_ address: IPAddress, length: Int, _ entry: Entry) {
    // IPv4 networks are stored below ::/96.
    let depth = address.isV4 ? 96 + length : length
    let low = address.isV4 ? UInt64(address.v4) : address.low
    var node = 0
    for place in 0..<depth {
      let word = place < 64 ? address.high : low
      let bit = Int(word >> UInt64(63 - place % 64) & 1)
      if place == depth - 1 {
        nodes[node][bit] = Self.dataBit | entry.offset
      } else if nodes[node][bit] & Self.dataBit == 0 {
        node = Int(nodes[node][bit])
      } else {
        nodes.append(SIMD2(repeating: nodes[node][bit]))
        nodes[node][bit] = UInt32(nodes.count - 1)
        node = nodes.count - 1
      }
    }
  }

  func write(to url: URL, type: String) throws {
    var file: [UInt8] = []
    file.reserveCapacity(nodes.count * 8 + data.count + 1000)
    let count = UInt32(nodes.count)
    for node in nodes {
      for side in 0...1 {
        let record = node[side]
        let isData = record & Self.dataBit != 0 && record != Self.nothing
        Self.append(record == Self.nothing ? count : isData ? record & ~Self.dataBit + count + 16 : record, to: &file)
      }
    }
    file += repeatElement(0, count: 16)
    file += data
    file += [0xab, 0xcd, 0xef] + "MaxMind.com".utf8
    let metadata: [(String, Value)] = [
      ("node_count", .number32(count)), ("record_size", .number16(32)), ("ip_version", .number16(6)),
      ("database_type", .text(type)), ("languages", .list([])), ("description", .map([])),
      ("binary_format_major_version", .number16(2)), ("binary_format_minor_version", .number16(0)),
      ("build_epoch", .number64(UInt64(Date().timeIntervalSince1970))),
    ]
    Self.append(.map(metadata), to: &file)
    try Data(file).write(to: url)
  }

  private static func append(_ value: Value, to octets: inout [UInt8]) {
    switch value {
    case .text(let text):
      head(2, text.utf8.count, &octets)
      octets += text.utf8
    case .number16(let number):
      head(5, 2, &octets)
      octets += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
    case .number32(let number):
      head(6, 4, &octets)
      append(number, to: &octets)
    case .number64(let number):
      head(9, 8, &octets)
      append(UInt32(number >> 32), to: &octets)
      append(UInt32(truncatingIfNeeded: number), to: &octets)
    case .map(let pairs):
      head(7, pairs.count, &octets)
      for (key, value) in pairs {
        append(.text(key), to: &octets)
        append(value, to: &octets)
      }
    case .list(let values):
      head(11, values.count, &octets)
      for value in values { append(value, to: &octets) }
    }
  }

  /// Appends the control octets: a type, with types above 7 in a separate octet, and a size of less than 285.
  private static func head(_ type: UInt8, _ size: Int, _ octets: inout [UInt8]) {
    octets.append((type > 7 ? 0 : type << 5) | UInt8(min(size, 29)))
    if type > 7 { octets.append(type - 7) }
    if size >= 29 { octets.append(UInt8(size - 29)) }
  }

  private static func append(_ word: UInt32, to octets: inout [UInt8]) {
    for shift in [24, 16, 8, 0] as [UInt32] { octets.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
