import Foundation
import TestSupport

/// A frame in a capture file written by a test.
struct WrittenFrame {
  var octets: [UInt8]
  /// Time in the file's own ticks.
  var ticks: UInt64 = 0
  var interface = 0
  /// How much the length on the wire exceeds the captured octets.
  var missing = 0
}

/// The pcap format in either byte order, with microseconds or nanoseconds.
struct PcapWriter {
  var bigEndian = false
  var nanoseconds = false
  var link: UInt32 = 1
  var snapshotLength: UInt32 = 262_144

  func file(_ frames: [WrittenFrame]) -> [UInt8] {
    let magic: UInt32 = nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4
    var file = u32(magic) + u16(2) + u16(4) + u32(0) + u32(0) + u32(snapshotLength) + u32(link)
    let ticksPerSecond: UInt64 = nanoseconds ? 1_000_000_000 : 1_000_000
    for frame in frames {
      file += u32(UInt32(frame.ticks / ticksPerSecond)) + u32(UInt32(frame.ticks % ticksPerSecond))
      file += u32(UInt32(frame.octets.count)) + u32(UInt32(frame.octets.count + frame.missing)) + frame.octets
    }
    return file
  }

  private func u16(_ value: UInt16) -> [UInt8] { bigEndian ? be(value) : le(value) }
  private func u32(_ value: UInt32) -> [UInt8] { bigEndian ? be(value) : le(value) }
}

/// Blocks of the pcapng format in either byte order.
struct PcapngWriter {
  var bigEndian = false

  func section(version: UInt16 = 1) -> [UInt8] {
    block(0x0a0d_0d0a, u32(0x1a2b_3c4d) + u16(version) + u16(0) + u64(.max))
  }

  func interface(link: UInt16, snapshotLength: UInt32 = 0, options: [(code: UInt16, value: [UInt8])] = []) -> [UInt8] {
    var body = u16(link) + u16(0) + u32(snapshotLength)
    for option in options { body += u16(option.code) + u16(UInt16(option.value.count)) + padded(option.value) }
    if !options.isEmpty { body += u16(0) + u16(0) }
    return block(1, body)
  }

  static func resolution(_ value: UInt8) -> (code: UInt16, value: [UInt8]) { (9, [value]) }
  func offset(seconds: Int64) -> (code: UInt16, value: [UInt8]) { (14, u64(UInt64(bitPattern: seconds))) }

  func enhanced(_ frame: WrittenFrame) -> [UInt8] {
    block(6, u32(UInt32(frame.interface)) + time(frame) + lengths(frame) + padded(frame.octets) + u32(0))
  }

  /// The obsolete Packet Block.
  func packet(_ frame: WrittenFrame) -> [UInt8] {
    block(2, u16(UInt16(frame.interface)) + u16(0xffff) + time(frame) + lengths(frame) + padded(frame.octets))
  }

  func simple(_ octets: [UInt8], originalLength: Int? = nil) -> [UInt8] {
    block(3, u32(UInt32(originalLength ?? octets.count)) + padded(octets))
  }

  func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let length = u32(UInt32(body.count + 12))
    return u32(type) + length + body + length
  }

  private func time(_ frame: WrittenFrame) -> [UInt8] {
    u32(UInt32(frame.ticks >> 32)) + u32(UInt32(truncatingIfNeeded: frame.ticks))
  }

  private func lengths(_ frame: WrittenFrame) -> [UInt8] {
    u32(UInt32(frame.octets.count)) + u32(UInt32(frame.octets.count + frame.missing))
  }

  private func padded(_ octets: [UInt8]) -> [UInt8] { octets + [UInt8](repeating: 0, count: -octets.count & 3) }
  private func u16(_ value: UInt16) -> [UInt8] { bigEndian ? be(value) : le(value) }
  private func u32(_ value: UInt32) -> [UInt8] { bigEndian ? be(value) : le(value) }
  private func u64(_ value: UInt64) -> [UInt8] { bigEndian ? be(value) : le(value) }
}

/// A file that is removed when the test is over.
final class TemporaryFile {
  let path: String
  private let folder: TemporaryFolder

  init(_ octets: [UInt8]) throws {
    folder = try TemporaryFolder()
    path = try folder.write(octets, as: "capture")
  }
}
