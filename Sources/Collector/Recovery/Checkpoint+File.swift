import FlowAggregation
import FlowModel
import FlowPipeline
package import Foundation
package import Journal
import NetFlow
import NetworkBytes

// The file format: a signature, and parts with size and CRC-32 (see `CheckpointPart`). The head is JSON, flows are in
// their memory layout, which only a program with the same layout can read, and everything else is in the binary form of
// `OctetWriter`. Parts are written and read one by one, to bound memory.

extension Checkpoint {
  static let magic = Array("SAGFCKP4".utf8)

  private static var flowSize: Int { MemoryLayout<FlowCacheState.Flow>.size }
  /// Flows per part, and approximate octets of a part with extensions.
  private static let flowsPerPart = 1024
  private static let partSize = 1 << 20

  // MARK: Writing

  /// Writes the file in pieces.
  package func write(_ emit: ([UInt8]) throws -> Void) throws {
    var count: UInt64 = 0
    func part(_ kind: CheckpointPart.Kind, _ content: [UInt8]) throws {
      try emit(CheckpointPart(kind, content).octets)
      try emit(content)
      count += 1
    }
    try emit(Self.magic)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try part(.head, Array(try encoder.encode(head)))
    var octets = OctetWriter()
    octets.append(count: state.flows.count)
    octets.append(count: state.extensions.count)
    octets.append(count: Self.flowSize)
    state.known.append(to: &octets)
    try part(.pipeline, octets.octets)
    try state.known.decoder.write { try part(.decoder($0), $1) }
    // One piece of memory for all parts: the flows of a large cache would otherwise touch as much as they take again.
    var content: [UInt8] = []
    for start in stride(from: 0, to: state.flows.count, by: Self.flowsPerPart) {
      let piece = state.flows[start..<min(start + Self.flowsPerPart, state.flows.count)]
      content.removeAll(keepingCapacity: true)
      // Sound: flows are structures of integers without padding, and the octets are copied at once.
      unsafe piece.withUnsafeBytes { unsafe content.append(contentsOf: $0) }
      try part(.flows, content)
    }
    var rare: [UInt8] = []
    for (index, fields) in state.extensions.enumerated() {
      fields.append(to: &rare)
      guard rare.count >= Self.partSize || index == state.extensions.count - 1 else { continue }
      try part(.extensions, rare)
      rare.removeAll(keepingCapacity: true)
    }
    octets.removeAll()
    octets.append(count)
    try part(.end, octets.octets)
  }

  // MARK: Reading

  /// Reads a file.
  ///
  /// - Throws: `CheckpointFault` if it is truncated, corrupted, or of another version.
  package init(_ file: Data) throws(CheckpointFault) {
    var source = CheckpointSource(file)
    try self.init(&source)
  }

  /// Reads a file of this or an earlier version.
  ///
  /// - Parameter isNeeded: false to only verify its integrity; the pipeline's state is omitted.
  /// - Throws: `CheckpointFault` if it is truncated, corrupted, or of an unknown version.
  package init(_ source: inout CheckpointSource, isNeeded: Bool = true) throws(CheckpointFault) {
    let isLong = source.left >= Self.magic.count
    let magic = isLong ? try source.take(Self.magic.count) : []
    if magic == Self.magic {
      self = try CheckpointReader(isNeeded: isNeeded).read(&source)
    } else {
      self = try Checkpoint(former: magic, &source)
    }
  }
}

/// Assembles a checkpoint from its parts.
private struct CheckpointReader {
  /// Whether more is needed than its integrity.
  let isNeeded: Bool
  private var head: Checkpoint.Head?
  private var known: PipelineState.Known?
  private var decoder = FlowDecoderState()
  private var flows: [FlowCacheState.Flow] = []
  private var extensions: [FlowExtension] = []
  /// Expected number of flows and extensions.
  private var flowCount = 0
  private var extensionCount = 0
  private var parts: UInt64 = 0
  private var isEnded = false

  init(isNeeded: Bool) { self.isNeeded = isNeeded }

  consuming func read(_ source: inout CheckpointSource) throws(CheckpointFault) -> Checkpoint {
    while !isEnded {
      let part = try CheckpointPart(&source)
      let content = try part.content(&source)
      do throws(OctetFault) {
        try take(part.kind, content)
      } catch {
        throw CheckpointFault("its part \(part.kind) cannot be read: \(error)")
      }
      parts += 1
    }
    guard source.left == 0, let head, var known else { throw CheckpointFault("truncated") }
    known.decoder = decoder
    if isNeeded {
      let origins = decoder.originCount
      let isWhole = flows.count == flowCount && extensions.count == extensionCount
      guard isWhole, (try? decoder.check()) != nil, flows.allSatisfy({ Int($0.origin) < origins }) else {
        throw CheckpointFault("its parts do not fit together")
      }
    }
    return Checkpoint(head, PipelineState(known: known, flows: flows, extensions: extensions))
  }

  private mutating func take(_ kind: CheckpointPart.Kind, _ content: [UInt8]) throws(OctetFault) {
    switch kind {
    case .head:
      guard let head = try? JSONDecoder().decode(Checkpoint.Head.self, from: Data(content)) else { throw .badValue }
      self.head = head
    case .pipeline:
      var octets = OctetReader(content)
      (flowCount, extensionCount) = (Int(clamping: try octets.word()), Int(clamping: try octets.word()))
      guard try octets.word() == UInt64(MemoryLayout<FlowCacheState.Flow>.size) else { throw .badValue }
      known = try PipelineState.Known(&octets)
    case .decoder(let part): if isNeeded { try decoder.read(part, content) }
    case .flows: if isNeeded { try takeFlows(content) }
    case .extensions: if isNeeded { try takeExtensions(content) }
    case .end:
      var octets = OctetReader(content)
      guard try octets.word() == parts else { throw .cutOff }
      isEnded = true
    }
  }

  private mutating func takeFlows(_ content: [UInt8]) throws(OctetFault) {
    let size = MemoryLayout<FlowCacheState.Flow>.size
    let count = content.count / size
    guard content.count == count * size, count <= flowCount - flows.count else { throw .badValue }
    // Reserved once, bounded against a corrupt count.
    if flows.isEmpty { flows.reserveCapacity(min(flowCount, 1 << 24)) }
    flows += [FlowCacheState.Flow](copying: content[...], count: count)
  }

  private mutating func takeExtensions(_ content: [UInt8]) throws(OctetFault) {
    let octets = content.rawSpan
    var place = 0
    while place < octets.byteCount {
      guard let fields = FlowExtension(octets, at: &place) else { throw .cutOff }
      extensions.append(fields)
    }
  }
}

extension [FlowCacheState.Flow] {
  /// Copies `count` flows from octets in their memory layout.
  init(copying octets: ArraySlice<UInt8>, count: Int) {
    precondition(octets.count == count * MemoryLayout<FlowCacheState.Flow>.size)
    // Sound: there are as many octets as the flows take, for which every bit pattern is valid.
    self = unsafe [FlowCacheState.Flow](unsafeUninitializedCapacity: count) { target, initialized in
      unsafe octets.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
      initialized = count
    }
  }
}
