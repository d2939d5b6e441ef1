import FlowAggregation
import FlowModel
package import Foundation
package import Journal
import Parquet

extension Checkpoint {
  // The file: what it is, and of its parts the sizes and CRC-32s; these parts: the head as JSON; the flows as they are in
  // memory, which only a program that knows their layout reads; their extensions.
  private static let magic = Array("SAGFCKP3".utf8)
  /// What begins a file with flows of the layout before: as large, with other fields in three of the words.
  private static let formerMagic = Array("SAGFCKP2".utf8)
  private static var flowSize: Int { MemoryLayout<FlowCacheState.Flow>.size }

  /// What stands before the parts: words of eight octets, the least significant first, the last one their own CRC-32.
  private struct Prefix {
    var textSize = 0
    var flowCount = 0
    var flowSize = Checkpoint.flowSize
    var extensionCount = 0
    var extensionSize = 0
    var textChecksum: UInt32 = 0
    var flowChecksum: UInt32 = 0
    var extensionChecksum: UInt32 = 0
    /// Whether its flows are of the layout before.
    private(set) var isFormer = false

    static let size = 8 + 9 * 8

    private var words: [UInt64] {
      [
        UInt64(textSize), UInt64(flowCount), UInt64(flowSize), UInt64(extensionCount), UInt64(extensionSize),
        UInt64(textChecksum), UInt64(flowChecksum), UInt64(extensionChecksum),
      ]
    }

    init() {}

    var octets: [UInt8] {
      func octets(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      let all = Checkpoint.magic + words.flatMap(octets)
      return all + octets(UInt64(CRC32.checksum(all.span)))
    }

    init(_ file: [UInt8]) throws(CheckpointFault) {
      isFormer = file.prefix(8).elementsEqual(Checkpoint.formerMagic)
      guard file.count >= Self.size, isFormer || file.prefix(8).elementsEqual(Checkpoint.magic) else {
        throw CheckpointFault("it is no checkpoint of this version")
      }
      func word(_ index: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(file[8 + 8 * index + $1]) << UInt64(8 * $1) }
      }
      guard word(8) == UInt64(CRC32.checksum(file.span.extracting(0..<(Self.size - 8)))) else {
        throw CheckpointFault("its first octets do not have their checksum")
      }
      textSize = Int(word(0))
      flowCount = Int(word(1))
      flowSize = Int(word(2))
      extensionCount = Int(word(3))
      extensionSize = Int(word(4))
      textChecksum = UInt32(word(5))
      flowChecksum = UInt32(word(6))
      extensionChecksum = UInt32(word(7))
    }
  }

  /// Hands the file's octets over in pieces.
  package func write(_ emit: (Data) throws -> Void) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(head)
    var rare: [UInt8] = []
    for fields in extensions { fields.append(to: &rare) }
    var prefix = Prefix()
    prefix.textSize = text.count
    prefix.flowCount = flows.count
    prefix.extensionCount = extensions.count
    prefix.extensionSize = rare.count
    prefix.textChecksum = CRC32.checksum(Array(text).span)
    // Sound: flows are structures of integers without padding.
    prefix.flowChecksum = unsafe CRC32.checksum(flows.span.bytes)
    prefix.extensionChecksum = CRC32.checksum(rare.span)
    try emit(Data(prefix.octets))
    try emit(text)
    for start in stride(from: 0, to: flows.count, by: 8192) {
      let piece = flows[start..<min(start + 8192, flows.count)]
      // Sound: as above, and the octets are copied at once.
      try emit(unsafe piece.withUnsafeBytes { unsafe Data($0) })
    }
    for start in stride(from: 0, to: rare.count, by: 1 << 20) {
      try emit(Data(rare[start..<min(start + 1 << 20, rare.count)]))
    }
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointFault` if it is cut off, changed, or another version's.
  package init(_ file: Data) throws(CheckpointFault) {
    let file = [UInt8](file)
    let prefix = try Prefix(file)
    guard prefix.flowSize == Self.flowSize else {
      throw CheckpointFault("its flows are of another version")
    }
    let flowStart = Prefix.size + prefix.textSize
    let rareStart = flowStart + prefix.flowCount * Self.flowSize
    guard file.count == rareStart + prefix.extensionSize else { throw CheckpointFault("it is cut off") }
    let rare = file.span.extracting(rareStart..<file.count)
    guard CRC32.checksum(file.span.extracting(Prefix.size..<flowStart)) == prefix.textChecksum,
      CRC32.checksum(file.span.extracting(flowStart..<rareStart)) == prefix.flowChecksum,
      CRC32.checksum(rare) == prefix.extensionChecksum
    else { throw CheckpointFault("it does not have its checksum") }
    do {
      head = try JSONDecoder().decode(Head.self, from: Data(file[Prefix.size..<flowStart]))
    } catch {
      throw CheckpointFault("its head cannot be read: \(error)")
    }
    // Sound: there are as many octets as the flows take, which every bit pattern is valid for.
    flows = unsafe [FlowCacheState.Flow](unsafeUninitializedCapacity: prefix.flowCount) { target, initialized in
      unsafe file.withUnsafeBytes { source in
        let octets = unsafe UnsafeRawBufferPointer(rebasing: source[flowStart..<rareStart])
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: octets)
      }
      initialized = prefix.flowCount
    }
    if prefix.isFormer {
      for index in flows.indices { flows[index].takeFormerLayout() }
    }
    extensions = []
    extensions.reserveCapacity(prefix.extensionCount)
    var place = rareStart
    // Sound: octets have no padding.
    let octets = unsafe file.span.bytes
    for _ in 0..<prefix.extensionCount {
      guard let fields = FlowExtension(octets, at: &place) else {
        throw CheckpointFault("its flows' extensions are cut off")
      }
      extensions.append(fields)
    }
  }
}
