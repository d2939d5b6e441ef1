import FlowModel
public import NetworkBytes

/// State of a decoder that is kept across restarts: templates, sequence numbers, sampling rates, names, counters,
/// running totals, and data waiting for its template.
public struct FlowDecoderState: Decodable, Sendable {
  var sessions: [Session] = []
  var retired = DecodeCounters()
  var origins = OriginTable()
  var announcements: [ExporterDirectory.Kept] = []
  var lostBySequence: UInt64 = 0
  /// Nil if there are none or an earlier version wrote the state.
  var totals: TotalsMemory?

  /// State of a new decoder.
  public init() {}
}

extension FlowDecoder {
  /// State to be kept. Copies, but cheaply.
  public var state: FlowDecoderState {
    var state = FlowDecoderState()
    (state.sessions, state.retired) = sessions.state
    state.origins = origins
    state.announcements = directory.kept
    state.lostBySequence = lostBySequence
    state.totals = totals.count == 0 && totals.evicted == 0 ? nil : totals
    return state
  }

  /// Resumes from the state of an earlier run. To be called before any decoding.
  public mutating func restore(_ state: FlowDecoderState) {
    origins = state.origins
    lostBySequence = state.lostBySequence
    if let earlier = state.totals { totals.restore(earlier) }
    directory.restore(state.announcements)
    sessions.restore(state.sessions, retired: state.retired, directory)
  }
}

// MARK: In a checkpoint

extension FlowDecoderState {
  /// Kinds of parts in a checkpoint. There may be several parts of some kinds.
  public enum Part: UInt8, CaseIterable, Sendable {
    case counters, origins, totals, announcements, sessions
  }

  /// Usual maximum octets of a part; the last value may exceed it.
  private static let partSize = 1 << 20

  /// Emits the state part by part, so that it is not in memory a second time as a whole.
  public func write(_ emit: (Part, [UInt8]) throws -> Void) throws {
    var octets = OctetWriter()
    IssueNumbers.append(to: &octets)
    retired.append(to: &octets)
    octets.append(lostBySequence)
    try emit(.counters, octets.octets)
    octets.removeAll()
    origins.append(to: &octets)
    try emit(.origins, octets.octets)
    if let totals {
      octets.removeAll()
      totals.append(to: &octets)
      try emit(.totals, octets.octets)
    }
    try Self.write(announcements, .announcements, emit, begin: { _ in }, { $0.append(to: &$1) })
    try Self.write(sessions, .sessions, emit, begin: { IssueNumbers.append(to: &$0) }, { $0.append(to: &$1) })
  }

  private static func write<Value>(
    _ values: [Value], _ part: Part, _ emit: (Part, [UInt8]) throws -> Void, begin: (inout OctetWriter) -> Void,
    _ append: (Value, inout OctetWriter) -> Void
  ) throws {
    var octets = OctetWriter()
    for value in values {
      if octets.count == 0 { begin(&octets) }
      append(value, &octets)
      if octets.count < partSize { continue }
      try emit(part, octets.octets)
      octets.removeAll()
    }
    if octets.count > 0 { try emit(part, octets.octets) }
  }

  /// Reads a part emitted by `write`.
  public mutating func read(_ part: Part, _ octets: [UInt8]) throws(OctetFault) {
    var reader = OctetReader(octets)
    switch part {
    case .counters:
      let numbers = try IssueNumbers(&reader)
      retired = try DecodeCounters(&reader, numbers)
      lostBySequence = try reader.word()
    case .origins: origins = try OriginTable(&reader)
    case .totals: totals = try TotalsMemory(&reader)
    case .announcements:
      while !reader.isAtEnd { announcements.append(try ExporterDirectory.Kept(&reader)) }
    case .sessions:
      let numbers = try IssueNumbers(&reader)
      while !reader.isAtEnd { sessions.append(try Session(&reader, numbers)) }
    }
    guard reader.isAtEnd else { throw .badValue }
  }

  /// Verifies that all parts are consistent.
  public func check() throws(OctetFault) {
    let count = origins.origins.count
    for session in sessions where Int(session.origin ?? 0) >= count { throw .badValue }
  }

  /// Number of origins that records may refer to.
  public var originCount: Int { origins.origins.count }
}
