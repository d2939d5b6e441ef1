public import NetworkBytes

/// The state of one exporter: sums over its sessions. Times are milliseconds since 1970 UTC.
public struct ExporterSample: Hashable, Sendable {
  public var address: IPAddress
  public var firstSeen: Int64
  public var lastSeen: Int64
  public var datagrams: UInt64
  /// Received and missing units of its sequence numbers.
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

/// Detects exporters that are silent or lose data.
public struct ExporterWatch: Sendable {
  private var marks: [IPAddress: [Mark]] = [:]

  private struct Mark: Sendable {
    var time: Int64
    var arrived: UInt64
    var lost: UInt64
  }

  /// Exporters with fewer datagrams are ignored: anyone can send a datagram with a forged address.
  static let minimumDatagrams: UInt64 = 10
  /// A silence longer than this ends the alert, milliseconds.
  static let forgottenAfter: Int64 = 7 * 86_400_000
  /// Minimum number of units for a loss percentage.
  static let minimumUnits: UInt64 = 100
  /// Counter snapshots per exporter in the window.
  private static let marksPerWindow: Int64 = 10

  public init() {}

  /// Returns the seconds since each exporter was last heard, with the limit: the larger of `minimum` and a number of
  /// its usual intervals.
  ///
  /// - Parameters:
  ///   - started: start of reception: silence before it does not count, except for an exporter that was already silent.
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

  /// Returns the percentage of each exporter's data that was lost over the window; nil if too little arrived.
  public mutating func loss(_ samples: [ExporterSample], at now: Int64) -> [(address: IPAddress, percent: Double?)] {
    let window = Int64(BuiltInAlerts.window) * 1000
    var kept: [IPAddress: [Mark]] = [:]
    let losses = samples.map { sample -> (address: IPAddress, percent: Double?) in
      var marks = marks[sample.address] ?? []
      let mark = Mark(time: now, arrived: sample.arrived, lost: sample.lost)
      // Drops marks invalidated by a clock that was set back or by counters that restarted.
      marks.removeAll { $0.time > now || $0.arrived > mark.arrived }
      // Keeps one mark before the window as its baseline.
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
