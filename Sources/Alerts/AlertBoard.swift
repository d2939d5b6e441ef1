/// Identifies an alert: its rule, and a subject such as an exporter if the rule has several.
public struct AlertKey: Hashable, Sendable, Codable, Comparable {
  public var name: String
  /// Empty if the rule has a single alert.
  public var subject: String

  public init(_ name: String, _ subject: String = "") {
    self.name = name
    self.subject = subject
  }

  public static func < (a: AlertKey, b: AlertKey) -> Bool { (a.name, a.subject) < (b.name, b.subject) }
}

/// A measurement for one alert, and how to judge it.
public struct AlertReading: Sendable {
  public var key: AlertKey
  /// Nil if unknown.
  public var value: Double?
  public var usual: Double?
  public var condition: AlertCondition
  public var timing: AlertTiming

  public init(
    _ key: AlertKey, _ value: Double?, usual: Double? = nil, _ condition: AlertCondition,
    _ timing: AlertTiming = AlertTiming()
  ) {
    self.key = key
    self.value = value
    self.usual = usual
    self.condition = condition
    self.timing = timing
  }
}

/// The current state of one alert.
public struct Alert: Hashable, Sendable, Codable {
  public var key: AlertKey
  public var state: AlertState
  /// The last measured value, its limit, and the usual value.
  public var value: Double?
  public var limit: Double?
  public var usual: Double?
}

/// A change that causes a notification.
public struct AlertChange: Hashable, Sendable {
  public var event: AlertState.Event
  /// The alert after the change.
  public var alert: Alert
  /// When the alert fired.
  public var fired: Int64
  public var time: Int64
}

/// All alerts. Subjects in state ok are not kept.
public struct AlertBoard: Sendable {
  private var alerts: [AlertKey: Alert] = [:]
  /// Limit of subjects of one name that are not ok at the same time; senders can be forged.
  public static let maximumSubjects = 256

  public init() {}

  /// Restores saved alerts.
  public init(restoring saved: [Alert]) {
    for alert in saved {
      var alert = alert
      alert.state = alert.state.restored
      alerts[alert.key] = alert
    }
  }

  /// All alerts: firing ones first, then pending ones, then by name.
  public var all: [Alert] {
    func rank(_ alert: Alert) -> Int {
      switch alert.state.phase {
      case .firing: 0
      case .clearing: 1
      case .pending: 2
      case .ok: 3
      }
    }
    return alerts.values.sorted { (rank($0), $0.key) < (rank($1), $1.key) }
  }

  public func isFiring(_ key: AlertKey) -> Bool { alerts[key]?.state.isFiring ?? false }

  /// The firing alerts, which must survive a restart.
  public var firing: [Alert] { alerts.values.filter(\.state.isFiring).sorted { $0.key < $1.key } }

  /// Applies new readings to some alerts; others are unchanged.
  ///
  /// - Returns: the changes to notify about.
  public mutating func advance(_ readings: [AlertReading], at now: Int64) -> [AlertChange] {
    var changes: [AlertChange] = []
    var counts: [String: Int] = [:]
    for alert in alerts.values where !alert.key.subject.isEmpty { counts[alert.key.name, default: 0] += 1 }
    for reading in readings {
      let known = alerts[reading.key]
      var alert = known ?? Alert(key: reading.key, state: AlertState(at: now))
      let limit = reading.condition.limit(usual: reading.usual)
      let fired = alert.state.fired ?? now
      let event = alert.state.advance(reading.value, limit: limit, reading.condition, reading.timing, at: now)
      (alert.value, alert.limit, alert.usual) = (reading.value, limit, reading.usual)
      if let event { changes.append(AlertChange(event: event, alert: alert, fired: fired, time: now)) }
      let isSubject = !reading.key.subject.isEmpty
      if isSubject, alert.state.phase == .ok {
        alerts[reading.key] = nil
      } else if isSubject, known == nil {
        guard counts[reading.key.name, default: 0] < Self.maximumSubjects else {
          if event != nil { changes.removeLast() }
          continue
        }
        counts[reading.key.name, default: 0] += 1
        alerts[reading.key] = alert
      } else {
        alerts[reading.key] = alert
      }
    }
    return changes
  }

  /// Ends alerts that no longer apply: rules that were removed, exporters that are forgotten.
  ///
  /// - Returns: a resolution for each that fired.
  public mutating func remove(at now: Int64, where isGone: (AlertKey) -> Bool) -> [AlertChange] {
    var changes: [AlertChange] = []
    for alert in alerts.values.sorted(by: { $0.key < $1.key }) where isGone(alert.key) {
      var alert = alert
      let fired = alert.state.fired ?? now
      alerts[alert.key] = nil
      guard let event = alert.state.resolve(at: now) else { continue }
      changes.append(AlertChange(event: event, alert: alert, fired: fired, time: now))
    }
    return changes
  }
}
