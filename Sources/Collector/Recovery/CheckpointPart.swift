import Journal
import NetFlow
import Parquet

/// The header of a part of a checkpoint file: kind, size and CRC-32, with a CRC-32 of the header; little-endian.
struct CheckpointPart {
  enum Kind: Equatable {
    case head, pipeline, flows, extensions, end
    /// A part of the decoder's knowledge about exporters.
    case decoder(FlowDecoderState.Part)

    fileprivate var number: UInt32 {
      switch self {
      case .head: 1
      case .pipeline: 2
      case .flows: 3
      case .extensions: 4
      case .end: 5
      case .decoder(let part): 16 + UInt32(part.rawValue)
      }
    }

    fileprivate init?(number: UInt32) {
      switch number {
      case 1: self = .head
      case 2: self = .pipeline
      case 3: self = .flows
      case 4: self = .extensions
      case 5: self = .end
      default:
        guard number >= 16, let part = UInt8(exactly: number - 16).flatMap(FlowDecoderState.Part.init) else {
          return nil
        }
        self = .decoder(part)
      }
    }
  }

  let kind: Kind
  private let size: UInt64
  private let checksum: UInt32

  private static let headerSize = 20

  init(_ kind: Kind, _ content: [UInt8]) {
    self.kind = kind
    size = UInt64(content.count)
    checksum = CRC32.checksum(content.span)
  }

  /// The encoded header.
  var octets: [UInt8] {
    func octets(_ word: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
    let fields = octets(UInt64(kind.number), 4) + octets(UInt64(checksum), 4) + octets(size, 8)
    return fields + octets(UInt64(CRC32.checksum(fields.span)), 4)
  }

  /// Reads a header.
  init(_ source: inout CheckpointSource) throws(CheckpointFault) {
    let header = try source.take(Self.headerSize)
    func word(_ start: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(header[start + $1]) << UInt64(8 * $1) }
    }
    guard word(16, 4) == UInt64(CRC32.checksum(header.span.extracting(0..<16))) else {
      throw CheckpointFault("a part's header has a wrong checksum")
    }
    guard let kind = Kind(number: UInt32(word(0, 4))) else {
      throw CheckpointFault("it has a part that this version does not know; a later version may have written it")
    }
    self.kind = kind
    checksum = UInt32(word(4, 4))
    size = word(8, 8)
  }

  /// Reads the content after the header.
  func content(_ source: inout CheckpointSource) throws(CheckpointFault) -> [UInt8] {
    guard size <= UInt64(source.left) else { throw CheckpointFault("truncated") }
    let content = try source.take(Int(size))
    guard CRC32.checksum(content.span) == checksum else {
      throw CheckpointFault("its part \(kind) has a wrong checksum")
    }
    return content
  }
}
