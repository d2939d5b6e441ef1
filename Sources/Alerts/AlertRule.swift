// Alerts: rules over what flows measure, and the states that follow from values and times. No I/O, and nothing reads the time.
//
//     AlertRule.swift       what is measured, over which window, and when that is too much or too little
//     AlertOptions.swift    all rules, those built in, and what is done about them
//     AlertState.swift      one alert: ok, pending, firing, clearing
//     AlertBoard.swift      all alerts: what changes with new readings
//     UsualValues.swift     what a value was on other days
//     KnownAddresses.swift  addresses that were seen before
//     ExporterWatch.swift   what exporters' counters say of silence and loss
//     CounterWatch.swift    what a counter has grown by lately

public import FlowFilter

/// A condition on flows that people want to hear of.
public struct AlertRule: Hashable, Sendable {
  /// Of letters, digits, `-`, `_` and `.`: it is a label of metrics and a variable's value.
  public var name: String
  public var filter = FlowFilter.any
  /// The filter as it was written.
  public var filterText = ""
  public var measure = AlertMeasure.bitsPerSecond
  /// What a value is measured over, seconds.
  public var window = 300
  public var condition = AlertCondition(.above, .value(0))
  public var timing = AlertTiming()
  /// Of `newSources`: an address is new if it was not seen for this long, seconds.
  public var memory = 86_400
  /// Names of actions; nil: all of them.
  public var actions: [String]?
  /// Whether changes are logged.
  public var isLogged = true

  public init(name: String) { self.name = name }

  /// Whether it is a name that labels and variables can have.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isAlphanumeric(_ octet: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
    return isAlphanumeric(first) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }
}

/// What is measured of the flows that a rule's filter selects. Octets and packets are multiplied by the sampling rate.
public enum AlertMeasure: String, CaseIterable, Codable, Sendable {
  /// Shares of flows that lie in the window, over its length.
  case bitsPerSecond, packetsPerSecond
  /// Flows that begin in the window, over its length.
  case flowsPerSecond
  /// Octets in the window.
  case bytes
  /// Different source addresses, destination addresses, and destination ports of flows that overlap the window.
  case sources, destinations, ports
  /// Source addresses in the window that were not seen in some hours before it.
  case newSources

  /// What a value is counted in, for people.
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

  /// Values below are too small for a multiple of the usual value to mean anything, unless the rule has a floor of its own.
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

/// When a value is too much or too little.
public struct AlertCondition: Hashable, Sendable {
  public enum Direction: String, Codable, Sendable { case above, below }

  /// What a value is compared with.
  public enum Basis: Hashable, Sendable {
    case value(Double)
    /// A multiple of the usual value. Above: of no less than `floor`. Below: only where the usual value is `floor` or more.
    case usual(multiple: Double, floor: Double)
  }

  public var direction: Direction
  public var basis: Basis
  /// How far back over the limit a value must come until all is well, as a share of the limit.
  public var clear = 0.8

  public init(_ direction: Direction, _ basis: Basis, clear: Double = 0.8) {
    self.direction = direction
    self.basis = basis
    self.clear = clear
  }

  public var needsUsual: Bool { if case .usual = basis { true } else { false } }

  /// What a value is compared with now; nil if that takes a usual value that is not known.
  public func limit(usual: Double?) -> Double? {
    switch basis {
    case .value(let value): return value
    case .usual(let multiple, let floor):
      guard let usual else { return nil }
      if direction == .above { return max(usual * multiple, floor) }
      // Nothing is below 0: it cannot fire.
      return usual >= floor ? usual * multiple : 0
    }
  }

  /// Whether a value is over a limit.
  public func fires(_ value: Double, _ limit: Double) -> Bool { direction == .above ? value > limit : value < limit }

  /// Whether a value is well back again.
  public func clears(_ value: Double, _ limit: Double) -> Bool {
    direction == .above ? value <= limit * clear : value >= limit / clear
  }
}

/// How long a condition must hold, and how often there is a message.
public struct AlertTiming: Hashable, Sendable {
  /// So long a value must be over the limit, and well back again, seconds.
  public var hold = 0
  /// A message again after so long while it fires, seconds; 0: none.
  public var repeatInterval = 0

  public init(hold: Int = 0, repeatInterval: Int = 0) {
    self.hold = hold
    self.repeatInterval = repeatInterval
  }
}
