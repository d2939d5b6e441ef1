import Alerts
import FlowModel
import FlowQuery
import Foundation
import NetworkBytes

/// A rule, and the data collected for it. Times are milliseconds since 1970 UTC.
struct RuleProgress {
  private(set) var rule: AlertRule
  /// Time of the last measurement; nil before the first.
  private var measured: UnixMilliseconds?
  var usual = UsualProgress()
  private var addresses: KnownAddresses
  /// End of the next earlier hours to scan for addresses; nil before the first.
  private var unlearned: UnixMilliseconds?
  /// Start of the time for which addresses are known.
  private var learntSince: UnixMilliseconds?
  private var isLearning = true
  /// When addresses were last expired.
  private var expired: UnixMilliseconds = 0

  /// Hours of addresses per scan.
  private static let hoursAtATime = 4
  private static let hour: Int64 = 3_600_000

  init(_ rule: AlertRule) {
    self.rule = rule
    addresses = KnownAddresses(memory: Int64(rule.memory) * 1000)
  }

  /// Returns whether a measurement is due: values of long windows change slowly. Clocks may be set back.
  func isDue(at now: UnixMilliseconds) -> Bool {
    guard let measured else { return true }
    return now < measured || now - measured >= window / 20 - Self.tolerance
  }

  mutating func noteMeasuring(at now: UnixMilliseconds) { measured = now }

  /// Evaluations are not exact to the millisecond.
  private static let tolerance: Int64 = 1000

  var window: Int64 { Int64(rule.window) * 1000 }
  private var memory: Int64 { Int64(rule.memory) * 1000 }

  /// Replaces the rule; data collected for another filter is discarded.
  mutating func take(_ new: AlertRule) {
    let old = rule
    let isSame =
      old.filter == new.filter && old.measure == new.measure && old.window == new.window && old.memory == new.memory
    if !isSame { self = RuleProgress(new) }
    rule = new
    measured = nil
  }

  var question: FlowQuestion { FlowQuestion(rule.filter, rule.measure.figure) }

  /// - Parameter value: nil if the measurement failed.
  func reading(_ value: Double?, at now: UnixMilliseconds, started: UnixMilliseconds) -> AlertReading {
    // The first window lacks what came before the start, so a low value means nothing.
    let isYoung = now - started < window && rule.condition.direction == .below
    return AlertReading(
      AlertKey(rule.name), isYoung ? nil : value, usual: usual.value, rule.condition, rule.timing)
  }

  /// Returns a rule's value for the measurement of a window.
  mutating func value(
    _ figures: FlowFigures, in window: Range<UnixMilliseconds>, started: UnixMilliseconds, at now: UnixMilliseconds
  ) -> Double? {
    guard rule.measure == .newSources else { return rule.measure.value(figures, seconds: rule.window) }
    guard figures.valueCount != nil, let new = addresses.note(figures.addresses, in: window) else { return nil }
    if !(expired...(expired + Self.hour)).contains(now) {
      addresses.expire(at: now)
      expired = now
    }
    // With a shorter history, every source would be new.
    guard !isLearning, now - min(learntSince ?? started, started) >= memory else { return nil }
    return Double(new)
  }

  /// Scans some more of the hours that the rule remembers, newest first.
  mutating func learnAddresses(at now: UnixMilliseconds, _ inputs: AlertInputs) throws {
    guard isLearning else { return }
    var end = unlearned ?? now
    for _ in 0..<Self.hoursAtATime where end > now - memory {
      let range = (end - Self.hour)..<end
      var scan = try inputs.flows(range.lowerBound..<(range.upperBound + Self.hour), false)
      if !scan.isEmpty {
        scan.look(at: range, inputs)
        let answer = try scan.measure([question], limit: AlertEvaluator.valueLimit).answers.first
        addresses.learn(answer?.addresses ?? [], in: range)
        learntSince = range.lowerBound
      }
      end = range.lowerBound
      unlearned = end
    }
    isLearning = end > now - memory
  }
}

/// Usual values of an hour, determined day by day.
struct UsualProgress {
  /// A day whose windows are to be measured.
  struct Step: Hashable {
    var hour: UnixMilliseconds
    var day: Int
    var window: Int64

    var windows: [Range<UnixMilliseconds>] { UsualValues.windows(at: hour, window: window)[day] }
  }

  private var hour: UnixMilliseconds?
  private var day = 0
  private var values: [Double] = []
  /// The value of the previous hour until that of a new hour is known.
  private(set) var value: Double?

  /// Returns the next step; nil if the value is complete.
  mutating func next(_ hour: UnixMilliseconds, window: Int64) -> Step? {
    if self.hour != hour { (self.hour, day, values) = (hour, 0, []) }
    return day < UsualValues.days ? Step(hour: hour, day: day, window: window) : nil
  }

  mutating func take(_ found: [Double], of step: Step) {
    values += found
    day = step.day + 1
    if day == UsualValues.days { value = UsualValues.median(values) }
  }
}

extension Scan {
  /// Restricts a scan to one low-priority, cancelable thread.
  mutating func look(at range: Range<UnixMilliseconds>, _ inputs: AlertInputs) {
    window = TimeWindow(range)
    workers = 1
    niceness = Thread.backgroundNiceness
    isCancelled = inputs.isCancelled
  }
}

extension AlertMeasure {
  /// The measurement for the rule.
  var figure: FlowQuestion.Figure {
    switch self {
    case .bitsPerSecond, .packetsPerSecond, .bytes: .sums
    case .flowsPerSecond: .beginnings
    case .sources: .values(.sourceAddress)
    case .destinations: .values(.destinationAddress)
    case .ports: .values(.destinationPort)
    case .newSources: .addresses(.sourceAddress)
    }
  }

  /// Returns the value of a window's measurement; nil if there were too many values to count.
  func value(_ figures: FlowFigures, seconds: Int) -> Double? {
    let seconds = Double(max(1, seconds))
    return switch self {
    case .bitsPerSecond: Double(figures.sums.octets) * 8 / seconds
    case .packetsPerSecond: Double(figures.sums.packets) / seconds
    case .flowsPerSecond: Double(figures.beginnings) / seconds
    case .bytes: Double(figures.sums.octets)
    case .sources, .destinations, .ports, .newSources: figures.valueCount.map(Double.init)
    }
  }
}
