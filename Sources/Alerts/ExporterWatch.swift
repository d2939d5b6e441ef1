public import NetworkBytes

/// What is known of one exporter at a time: sums over its sessions. Times are milliseconds since 1970 UTC.
public struct ExporterSample: Hashable, Sendable {
  public var address: IPAddress
  public var firstSeen: Int64
  public var lastSeen: Int64
  public var datagrams: UInt64
  /// What came and what is missing, in the units of its sequence numbers.
  public var arrived: UInt64
  public var lost: UInt64

  public init(
    address: IPAddress, firstSeen: Int64, lastSeen: Int64, datagrams: UInt64, arrived: UInt64, lost: UInt64
  ) {
    self.address = address
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.datagrams = datagrams
    self.arrived = arrived
    self.lost = lost
  }
}

/// Whether exporters are silent or lose data.
public struct ExporterWatch: Sendable {
  private var marks: [IPAddress: [Mark]] = [:]

  private struct Mark: Sendable {
    var time: Int64
    var arrived: UInt64
    var lost: UInt64
  }

  /// One that has sent less is none: anybody can send a datagram with a forged address.
  static let minimumDatagrams: UInt64 = 10
  /// An exporter that was silent for so long is not expected any more, milliseconds.
  static let forgottenAfter: Int64 = 7 * 86_400_000
  /// Units that a share of loss must be of.
  static let minimumUnits: UInt64 = 100
  /// Marks of an exporter's counters in the window.
  private static let marksPerWindow: Int64 = 10

  public init() {}

  /// Seconds that exporters have been silent, as readings: over the limit if that is both so many seconds and so many of their usual
  /// intervals.
  ///
  /// - Parameters:
  ///   - started: before that nobody listened, and silence says nothing, but for an exporter that was silent already.
  ///   - isSilent: whether an exporter was silent before.
  public static func silence(
    _ samples: [ExporterSample], minimum: Int, since started: Int64, at now: Int64, isSilent: (IPAddress) -> Bool
  ) -> [(address: IPAddress, silent: Double, limit: Double)] {
    samples.compactMap { sample in
      guard sample.datagrams >= minimumDatagrams, now - sample.lastSeen < forgottenAfter else { return nil }
      let interval = Double(max(0, sample.lastSeen - sample.firstSeen)) / 1000 / Double(sample.datagrams - 1)
      let limit = max(Double(minimum), interval * BuiltInAlerts.silentIntervals)
      let heard = isSilent(sample.address) ? sample.lastSeen : max(sample.lastSeen, started)
      return (sample.address, max(0, Double(now - heard) / 1000), limit)
    }
  }

  /// The share of each exporter's data that was lost over the last minutes, percent; nil where too little came to say.
  public mutating func loss(_ samples: [ExporterSample], at now: Int64) -> [(address: IPAddress, percent: Double?)] {
    let window = Int64(BuiltInAlerts.window) * 1000
    var kept: [IPAddress: [Mark]] = [:]
    let losses = samples.map { sample -> (address: IPAddress, percent: Double?) in
      var marks = marks[sample.address] ?? []
      let mark = Mark(time: now, arrived: sample.arrived, lost: sample.lost)
      // Clocks that were set back, and counters that began again.
      marks.removeAll { $0.time > now || $0.arrived > mark.arrived }
      // The one before the window is what the window began with.
      while marks.count > 1, marks[1].time <= now - window { marks.removeFirst() }
      let first = marks.first ?? mark
      if marks.last.map({ now - $0.time >= window / Self.marksPerWindow }) ?? true { marks.append(mark) }
      kept[sample.address] = marks
      let lost = mark.lost > first.lost ? mark.lost - first.lost : 0
      let total = mark.arrived - first.arrived + lost
      if lost == 0 { return (sample.address, 0) }
      return (sample.address, total >= Self.minimumUnits ? Double(lost) * 100 / Double(total) : nil)
    }
    marks = kept
    return losses
  }
}
