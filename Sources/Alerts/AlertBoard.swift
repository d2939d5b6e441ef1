/// Which alert: that of a rule, for one subject of several where it has them, such as an exporter.
public struct AlertKey: Hashable, Sendable, Codable, Comparable {
  public var name: String
  /// Empty: the rule has one alert.
  public var subject: String

  public init(_ name: String, _ subject: String = "") {
    self.name = name
    self.subject = subject
  }

  public static func < (a: AlertKey, b: AlertKey) -> Bool { (a.name, a.subject) < (b.name, b.subject) }
}

/// What was measured for an alert, and how it is judged.
public struct AlertReading: Sendable {
  public var key: AlertKey
  /// Nil if it is not known.
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

/// One alert as it is now.
public struct Alert: Hashable, Sendable, Codable {
  public var key: AlertKey
  public var state: AlertState
  /// What was measured last, what it was compared with, and what is usual.
  public var value: Double?
  public var limit: Double?
  public var usual: Double?
}

/// A change that people hear of.
public struct AlertChange: Hashable, Sendable {
  public var event: AlertState.Event
  /// After the change.
  public var alert: Alert
  /// When it fired.
  public var fired: Int64
  public var time: Int64
}

/// All alerts. Those of subjects that are ok are not kept.
public struct AlertBoard: Sendable {
  private var alerts: [AlertKey: Alert] = [:]
  /// Alerts of one name that may be other than ok at a time: nobody reads more, and senders can be forged.
  public static let maximumSubjects = 256

  public init() {}

  /// Goes on from alerts that were saved.
  public init(restoring saved: [Alert]) {
    for alert in saved {
      var alert = alert
      alert.state = alert.state.restored
      alerts[alert.key] = alert
    }
  }

  /// Those that fire first, then those that may soon; the others by name.
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

  /// What must outlive the process: those that fire.
  public var firing: [Alert] { alerts.values.filter(\.state.isFiring).sorted { $0.key < $1.key } }

  /// Takes new readings of some alerts; the others stay as they are.
  ///
  /// - Returns: what people hear of.
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

  /// Ends alerts that nobody asks for any more: of rules that were removed, of exporters that are forgotten.
  ///
  /// - Returns: what people hear of: that those which fired do not any more.
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
