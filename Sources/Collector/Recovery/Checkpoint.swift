import FlowStore
import Flows
import Foundation
import NetFlow
import Parquet

/// What a pipeline knows between two datagrams, as it is kept over a restart.
package struct PipelineState: Sendable {
  /// All but the flows themselves.
  package struct Known: Codable, Sendable {
    /// The pipeline's clock, milliseconds since 1970 UTC.
    var time: Int64
    /// Records that the filter did not let pass.
    var filtered: UInt64
    var decoder: FlowDecoderState
    var flows: FlowCacheState.Totals
    var extensions: [FlowExtension]
  }

  package var known: Known
  package var flows: [FlowCacheState.Flow]
}

/// Everything that a worker goes on from after a restart.
package struct Checkpoint: Sendable {
  package struct Head: Codable, Sendable {
    /// Counts a worker's checkpoints.
    var number: UInt64 = 0
    /// The first segment of the journal whose datagrams are not in here.
    var segment: UInt64
    /// The words of the flow key: flows under another key are none of the pipeline's.
    var key: [String]
    var received: UInt64 = 0
    var recovered: UInt64 = 0
    var unjournaled: UInt64 = 0
    var kernelDrops: UInt64 = 0
    /// Where the kernel's count of drops stood at each socket: an adopted one goes on counting.
    var dropMarks: [String: UInt32] = [:]
    var handedOver: UInt64 = 0
    var dropped: UInt64 = 0
    /// What files have told of loss.
    var toldLoss: UInt64 = 0
    /// What became of the rows, as if the pending files were published.
    var store = StoreCounters()
    /// Complete files that are published once the checkpoint is durable.
    var pending: [PendingFile] = []
    var pipeline: PipelineState.Known
  }

  package var head: Head
  package var flows: [FlowCacheState.Flow]
}

/// Why a checkpoint cannot be used.
package struct CheckpointFault: Error, CustomStringConvertible {
  package var description: String
}

extension Checkpoint {
  /// - Parameters:
  ///   - segment: the first one of the journal that is not in it.
  ///   - key: the words of the flow key.
  package init(_ state: PipelineState, segment: UInt64 = 1, key: [String] = []) {
    self.init(head: Head(segment: segment, key: key, pipeline: state.known), flows: state.flows)
  }

  /// Of a pipeline between two datagrams that has handed over all flows that left its cache, and what its worker counts.
  init(_ pipeline: borrowing Pipeline<StoreSink>, _ tally: Worker.Tally, segment: UInt64, key: [String]) {
    self.init(pipeline.state, segment: segment, key: key)
    head.received = tally.received
    head.recovered = tally.recovered
    head.handedOver = pipeline.sink.handedOver
    head.dropped = pipeline.sink.dropped
  }

  package var state: PipelineState { PipelineState(known: head.pipeline, flows: flows) }

  // The file: magic and version; octets of the head, flows, octets of a flow; the CRC-32 of head, flows and of the words
  // before; the head as JSON; the flows as they are in memory, which only a program of the same version reads.
  private static let magic = Array("SAGFCKP1".utf8)
  private static let prefixSize = 48
  private static var flowSize: Int { MemoryLayout<FlowCacheState.Flow>.size }

  /// Hands the file's octets over in pieces.
  package func write(_ emit: (Data) throws -> Void) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(head)
    // Sound: flows are structures of integers without padding.
    let checksum = unsafe CRC32.checksum(flows.span.bytes)
    var prefix = Self.magic
    for word in [text.count, flows.count, Self.flowSize] {
      prefix += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    for word in [CRC32.checksum(Array(text).span), checksum] {
      prefix += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    let own = CRC32.checksum(prefix.span)
    prefix += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(own) >> (8 * $0)) }
    try emit(Data(prefix))
    try emit(text)
    for start in stride(from: 0, to: flows.count, by: 8192) {
      let piece = flows[start..<min(start + 8192, flows.count)]
      // Sound: as above, and the octets are copied at once.
      try emit(unsafe piece.withUnsafeBytes { unsafe Data($0) })
    }
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointFault` if it is cut off, changed, or another version's.
  package init(_ file: Data) throws(CheckpointFault) {
    let file = [UInt8](file)
    guard file.count >= Self.prefixSize, file.prefix(8).elementsEqual(Self.magic) else {
      throw CheckpointFault(description: "it is no checkpoint of this version")
    }
    func word(_ offset: Int, _ width: Int) -> UInt64 {
      (0..<width).reduce(0) { $0 | UInt64(file[offset + $1]) << UInt64(8 * $1) }
    }
    guard word(40, 8) == UInt64(CRC32.checksum(file.span.extracting(0..<40))) else {
      throw CheckpointFault(description: "its first octets do not have their checksum")
    }
    let (textSize, count) = (Int(word(8, 8)), Int(word(16, 8)))
    guard word(24, 8) == UInt64(Self.flowSize) else {
      throw CheckpointFault(description: "its flows are of another version")
    }
    let start = Self.prefixSize + textSize
    guard file.count == start + count * Self.flowSize else { throw CheckpointFault(description: "it is cut off") }
    guard CRC32.checksum(file.span.extracting(Self.prefixSize..<start)) == UInt32(word(32, 4)),
      CRC32.checksum(file.span.extracting(start..<file.count)) == UInt32(word(36, 4))
    else { throw CheckpointFault(description: "it does not have its checksum") }
    do {
      head = try JSONDecoder().decode(Head.self, from: Data(file[Self.prefixSize..<start]))
    } catch {
      throw CheckpointFault(description: "its head cannot be read: \(error)")
    }
    // Sound: there are as many octets as the flows take, which every bit pattern is valid for.
    flows = unsafe [FlowCacheState.Flow](unsafeUninitializedCapacity: count) { target, initialized in
      unsafe file.withUnsafeBytes { source in
        let octets = unsafe UnsafeRawBufferPointer(rebasing: source[start...])
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: octets)
      }
      initialized = count
    }
  }
}
