import FlowAggregation
import FlowModel
import FlowPipeline
import Foundation
import Journal
import NetworkBytes
import Parquet

// The format of earlier versions: sizes and CRC-32s of three parts, then these: head and pipeline state as JSON; flows
// in their memory layout; their extensions.

extension Checkpoint {
  private static let formerMagic = Array("SAGFCKP3".utf8)
  /// Signature of files with the previous layout of flows: equal in size, with other fields in three of the words.
  private static let formerLayoutMagic = Array("SAGFCKP2".utf8)
  private static var flowSize: Int { MemoryLayout<FlowCacheState.Flow>.size }

  /// The pipeline's part of the head.
  private struct FormerHead: Decodable {
    var pipeline: PipelineState.Known
  }

  /// The prefix: words of eight octets, little-endian, the last one their own CRC-32.
  private struct Prefix {
    let textSize: Int
    let flowCount: Int
    let extensionCount: Int
    let extensionSize: Int
    let checksums: [UInt32]

    static let size = 9 * 8

    init(magic: [UInt8], _ octets: [UInt8]) throws(CheckpointFault) {
      func word(_ index: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(octets[8 * index + $1]) << UInt64(8 * $1) }
      }
      let checked = magic + octets.dropLast(8)
      guard word(8) == UInt64(CRC32.checksum(checked.span)) else {
        throw CheckpointFault("its first bytes have a wrong checksum")
      }
      guard word(2) == UInt64(Checkpoint.flowSize) else { throw CheckpointFault("its flows are of another version") }
      let sizes = [word(0), word(1), word(3), word(4)]
      // Prevents overflow of their sum.
      guard sizes.allSatisfy({ $0 < 1 << 48 }) else { throw CheckpointFault("truncated") }
      textSize = Int(sizes[0])
      flowCount = Int(sizes[1])
      extensionCount = Int(sizes[2])
      extensionSize = Int(sizes[3])
      checksums = (5..<8).map { UInt32(truncatingIfNeeded: word($0)) }
    }
  }

  /// Reads a file of an earlier version.
  ///
  /// - Parameter magic: its signature, which has been read.
  init(former magic: [UInt8], _ source: inout CheckpointSource) throws(CheckpointFault) {
    guard magic == Self.formerMagic || magic == Self.formerLayoutMagic, source.left >= Prefix.size else {
      throw CheckpointFault("not a checkpoint of this version")
    }
    let prefix = try Prefix(magic: magic, try source.take(Prefix.size))
    guard source.left == prefix.textSize + prefix.flowCount * Self.flowSize + prefix.extensionSize else {
      throw CheckpointFault("truncated")
    }
    let text = try source.take(prefix.textSize)
    let flowOctets = try source.take(prefix.flowCount * Self.flowSize)
    let rare = try source.take(prefix.extensionSize)
    guard [text, flowOctets, rare].map({ CRC32.checksum($0.span) }) == prefix.checksums else {
      throw CheckpointFault("it has a wrong checksum")
    }
    do {
      head = try JSONDecoder().decode(Head.self, from: Data(text))
      let known = try JSONDecoder().decode(FormerHead.self, from: Data(text)).pipeline
      var flows = [FlowCacheState.Flow](copying: flowOctets[...], count: prefix.flowCount)
      if magic == Self.formerLayoutMagic {
        for index in flows.indices { flows[index].takeFormerLayout() }
      }
      state = PipelineState(known: known, flows: flows, extensions: [])
    } catch {
      throw CheckpointFault("its head cannot be read: \(error)")
    }
    try takeExtensions(rare, count: prefix.extensionCount)
  }

  private mutating func takeExtensions(_ rare: [UInt8], count: Int) throws(CheckpointFault) {
    var place = 0
    let octets = rare.rawSpan
    for _ in 0..<count {
      guard let fields = FlowExtension(octets, at: &place) else {
        throw CheckpointFault("its flows' extensions are cut off")
      }
      state.extensions.append(fields)
    }
  }
}
