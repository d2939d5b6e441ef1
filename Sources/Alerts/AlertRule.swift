// Alerts: rules over measurements of flows, and the states that follow from values and times. No I/O, no clock.
//
//     AlertRule.swift       measure, window and condition
//     AlertOptions.swift    all rules, built-in alerts and actions
//     AlertState.swift      one alert: ok, pending, firing, clearing
//     AlertBoard.swift      all alerts: changes caused by new readings
//     UsualValues.swift     the value on previous days
//     KnownAddresses.swift  addresses seen before
//     ExporterWatch.swift   silence and loss, from the counters of exporters
//     CounterWatch.swift    recent growth of a counter

public import FlowFilter

/// A condition on flows, and when to notify.
public struct AlertRule: Hashable, Sendable {
  /// Letters, digits, `-`, `_` and `.`: used as a metric label and in an environment variable.
  public var name: String
  public var filter = FlowFilter.any
  /// Source text of the filter.
  public var filterText = ""
  public var measure = AlertMeasure.bitsPerSecond
  /// Window of the measurement, seconds.
  public var window = 300
  public var condition = AlertCondition(.above, .value(0))
  public var timing = AlertTiming()
  /// For `newSources`: an address is new if it was not seen for this long, seconds.
  public var memory = 86_400
  /// Names of actions; nil for all.
  public var actions: [String]?
  /// Whether changes are logged.
  public var isLogged = true

  public init(name: String) { self.name = name }

  /// Returns whether `text` is a valid name for labels and variables.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isAlphanumeric(_ octet: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
    return isAlphanumeric(first) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }
}

/// The measurement of the flows that a rule's filter selects. Octets and packets are multiplied by the sampling rate.
public enum AlertMeasure: String, CaseIterable, Codable, Sendable {
  /// The portion of flows inside the window, divided by its length.
  case bitsPerSecond, packetsPerSecond
  /// Flows that begin in the window, divided by its length.
  case flowsPerSecond
  /// Octets in the window.
  case bytes
  /// Distinct source addresses, destination addresses, or destination ports of flows that overlap the window.
  case sources, destinations, ports
  /// Source addresses in the window that were not seen within the rule's `memory` before.
  case newSources

  /// Unit for display.
  public var unit: String {
    switch self {
    case .bitsPerSecond: "bit/s"
    case .packetsPerSecond: "packets/s"
    case .flowsPerSecond: "flows/s"
    case .bytes: "bytes"
    case .sources: "sources"
    case .destinations: "destinations"
    case .ports: "ports"
    case .newSources: "new sources"
    }
  }

  /// Default floor: below it, a multiple of the usual value is meaningless.
  public var standardFloor: Double {
    switch self {
    case .bitsPerSecond: 1_000_000
    case .packetsPerSecond: 100
    case .flowsPerSecond: 1
    case .bytes: 10_000_000
    case .sources, .destinations, .ports, .newSources: 10
    }
  }
}

/// When a value is too high or too low.
public struct AlertCondition: Hashable, Sendable {
  public enum Direction: String, Codable, Sendable { case above, below }

  /// The reference of the comparison.
  public enum Basis: Hashable, Sendable {
    case value(Double)
    /// A multiple of the usual value. Above: at least `floor`. Below: only if the usual value is at least `floor`.
    case usual(multiple: Double, floor: Double)
  }

  public var direction: Direction
  public var basis: Basis
  /// How far the value must return past the limit to clear, as a share of the limit.
  public var clear = 0.8

  public init(_ direction: Direction, _ basis: Basis, clear: Double = 0.8) {
    self.direction = direction
    self.basis = basis
    self.clear = clear
  }

  public var needsUsual: Bool { if case .usual = basis { true } else { false } }

  /// Returns the current limit; nil if it depends on a usual value that is unknown.
  public func limit(usual: Double?) -> Double? {
    switch basis {
    case .value(let value): return value
    case .usual(let multiple, let floor):
      guard let usual else { return nil }
      if direction == .above { return max(usual * multiple, floor) }
      // No value is below 0, so the alert cannot fire.
      return usual >= floor ? usual * multiple : 0
    }
  }

  /// Returns whether a value exceeds the limit.
  public func fires(_ value: Double, _ limit: Double) -> Bool { direction == .above ? value > limit : value < limit }

  /// Returns whether a value has returned far enough past the limit.
  public func clears(_ value: Double, _ limit: Double) -> Bool {
    direction == .above ? value <= limit * clear : value >= limit / clear
  }
}

/// How long a condition must hold, and how often to repeat the message.
public struct AlertTiming: Hashable, Sendable {
  /// Seconds that a value must exceed the limit before firing, and be back before resolving.
  public var hold = 0
  /// Seconds between repeated messages while firing; 0 for none.
  public var repeatInterval = 0

  public init(hold: Int = 0, repeatInterval: Int = 0) {
    self.hold = hold
    self.repeatInterval = repeatInterval
  }
}
