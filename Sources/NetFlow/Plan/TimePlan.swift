import FlowModel

/// How start and end of flows follow from a template's records.
///
/// The two usual layouts have loops of their own: both timestamps relative to the exporter's uptime, or both in
/// milliseconds. All others are read record by record, since the first set timestamp of several is used.
struct TimePlan: Sendable {
  enum Kind: Sendable {
    case milliseconds, seconds
    /// NTP timestamps: elements of micro- and nanoseconds (RFC 7011 §6.1.9, §6.1.10).
    case ntp
    /// Milliseconds of the exporter's uptime.
    case upTime
    /// Microseconds before the export.
    case beforeExport
    case durationMilliseconds, durationMicroseconds

    func accepts(width: Int) -> Bool { self == .ntp ? width == 8 : (1...8).contains(width) }
  }

  struct Source: Sendable {
    var kind: Kind
    var step: FlowPlan.Step
  }

  enum Layout: Sendable {
    /// The records have no times.
    case none
    /// One uptime timestamp each for start and end, four octets, at fixed offsets.
    case upTimes(start: Int, end: Int)
    /// The same in milliseconds, eight octets.
    case milliseconds(start: Int, end: Int)
    case mixed
  }

  private(set) var layout = Layout.none
  /// In order of preference.
  private(set) var starts: [Source] = []
  private(set) var ends: [Source] = []
  private(set) var durations: [Source] = []

  init() {}

  /// - Parameters:
  ///   - places: Fields of the template by element.
  ///   - knowsUpTime: Whether the exporter's start is known. IPFIX sends it only as systemInitTimeMilliseconds: uptime
  ///     timestamps then come last.
  init(_ places: borrowing ElementPlaces, knowsUpTime: Bool) {
    func sources(_ elements: [(InformationElementID, Kind)]) -> [Source] {
      let known: [Source] = elements.compactMap { element, kind in
        guard let step = places[element], step.width == 0xffff || kind.accepts(width: step.width) else { return nil }
        return Source(kind: kind, step: step)
      }
      return knowsUpTime ? known : known.filter { $0.kind != .upTime } + known.filter { $0.kind == .upTime }
    }
    starts = sources(Self.startElements)
    ends = sources(Self.endElements)
    durations = sources(Self.durationElements)
    layout = chosenLayout
  }

  private static let startElements: [(InformationElementID, Kind)] = [
    (.flowStartMilliseconds, .milliseconds),
    (.flowStartSysUpTime, .upTime),
    (.flowStartMicroseconds, .ntp),
    (.flowStartNanoseconds, .ntp),
    (.flowStartSeconds, .seconds),
    (.flowStartDeltaMicroseconds, .beforeExport),
  ]

  /// After the flow's end, the time of an event: a record with only one time begins and ends then.
  private static let endElements: [(InformationElementID, Kind)] = [
    (.flowEndMilliseconds, .milliseconds),
    (.flowEndSysUpTime, .upTime),
    (.flowEndMicroseconds, .ntp),
    (.flowEndNanoseconds, .ntp),
    (.flowEndSeconds, .seconds),
    (.flowEndDeltaMicroseconds, .beforeExport),
    (.observationTimeMilliseconds, .milliseconds),
    (.observationTimeMicroseconds, .ntp),
    (.observationTimeNanoseconds, .ntp),
    (.observationTimeSeconds, .seconds),
    (.collectionTimeMilliseconds, .milliseconds),
  ]

  private static let durationElements: [(InformationElementID, Kind)] = [
    (.flowDurationMilliseconds, .durationMilliseconds),
    (.flowDurationMicroseconds, .durationMicroseconds),
  ]

  private var chosenLayout: Layout {
    if starts.isEmpty, ends.isEmpty, durations.isEmpty { return .none }
    guard starts.count == 1, ends.count == 1, let start = starts.first, let end = ends.first else { return .mixed }
    switch (start.kind, end.kind, start.step.width, end.step.width) {
    case (.upTime, .upTime, 4, 4): return .upTimes(start: start.step.offset, end: end.step.offset)
    case (.milliseconds, .milliseconds, 8, 8): return .milliseconds(start: start.step.offset, end: end.step.offset)
    default: return .mixed
    }
  }

  private var all: [Source] { starts + ends + durations }

  /// Indices of the elements read among the template's sized fields.
  var places: [Int] { all.map(\.step.index) }

  /// Whether timestamps of the exporter's uptime are read.
  var usesUpTime: Bool { all.contains { $0.kind == .upTime } }
}
