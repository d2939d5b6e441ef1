package import Alerts
import FlowModel
import FlowQuery
package import NetworkBytes

/// Takes the measurements of alerts and returns changes. Has no clock: times are milliseconds since 1970 UTC.
package struct AlertEvaluator {
  private let inputs: AlertInputs
  private let started: UnixMilliseconds
  private(set) var options: AlertOptions
  package private(set) var board: AlertBoard
  private var rules: [RuleProgress] = []
  private var exporters = ExporterWatch()
  private var drops = CounterWatch()
  private var losses = CounterWatch()
  /// Measurements that failed in the last evaluation, one line each.
  package private(set) var problems: [String] = []

  /// Maximum number of distinct values per measurement.
  static let valueLimit = 1_000_000

  /// - Parameters:
  ///   - saved: alerts firing when the last run ended.
  ///   - started: start time of the collector.
  package init(_ options: AlertOptions, restoring saved: [Alert] = [], started: UnixMilliseconds, inputs: AlertInputs) {
    self.options = options
    self.inputs = inputs
    self.started = started
    board = AlertBoard(restoring: saved)
    rules = options.rules.map { RuleProgress($0) }
  }

  /// Replaces the options. Knowledge about a rule is kept as far as the rule is unchanged.
  package mutating func reconfigure(_ options: AlertOptions) {
    let known = Dictionary(rules.map { ($0.rule.name, $0) }) { first, _ in first }
    rules = options.rules.map { rule in
      var progress = known[rule.name] ?? RuleProgress(rule)
      progress.take(rule)
      return progress
    }
    self.options = options
  }

  /// Takes the measurements that are due.
  ///
  /// - Returns: the changes to notify about.
  package mutating func evaluate(at now: UnixMilliseconds) -> [AlertChange] {
    problems = []
    let names = Set(rules.map(\.rule.name))
    var (readings, subjects) = builtInReadings(at: now)
    readings += ruleReadings(at: now)
    let isGone: (AlertKey) -> Bool = { !names.contains($0.name) && !subjects.contains($0) }
    return board.remove(at: now, where: isGone) + board.advance(readings, at: now)
  }

  /// Performs part of the slower work: usual values, and addresses of earlier hours.
  package mutating func learn(at now: UnixMilliseconds) {
    learnUsualValues(at: now)
    for index in rules.indices where rules[index].rule.measure == .newSources {
      do { try rules[index].learnAddresses(at: now, inputs) } catch { note(error, rules[index].rule.name) }
    }
  }

  private mutating func note(_ error: any Error, _ what: String) {
    let reason = (error as? LiveFailure)?.reason ?? "\(error)"
    problems.append("\(what): \(reason)")
  }

  // MARK: Rules

  /// Returns the readings of rules that are due, with one scan per window.
  private mutating func ruleReadings(at now: UnixMilliseconds) -> [AlertReading] {
    let due = rules.indices.filter { rules[$0].isDue(at: now) }
    guard let longest = due.map({ rules[$0].window }).max() else { return [] }
    for index in due { rules[index].noteMeasuring(at: now) }
    let scan: Scan
    do { scan = try inputs.flows((now - longest - Self.slack)..<(now + 1), true) } catch {
      note(error, "flows")
      return due.map { rules[$0].reading(nil, at: now, started: started) }
    }
    var readings: [AlertReading] = []
    for (window, members) in Dictionary(grouping: due, by: { rules[$0].window }).sorted(by: { $0.key < $1.key }) {
      let end = scan.liveUntil ?? now
      readings += measure(members, scan, (end - window)..<end, at: now)
    }
    return readings
  }

  /// Flows whose times are slightly ahead of the collector's clock are in files of the previous hour.
  private static let slack: Int64 = 600_000

  private mutating func measure(
    _ members: [Int], _ scan: Scan, _ window: Range<UnixMilliseconds>, at now: UnixMilliseconds
  ) -> [AlertReading] {
    var scan = scan
    scan.look(at: window, inputs)
    do {
      let (answers, report) = try scan.measure(members.map { rules[$0].question }, limit: Self.valueLimit)
      problems += report.failures.messages
      return zip(members, answers).map { index, figures in
        let value = rules[index].value(figures, in: window, started: started, at: now)
        return rules[index].reading(value, at: now, started: started)
      }
    } catch {
      note(error, "flows")
      return members.map { rules[$0].reading(nil, at: now, started: started) }
    }
  }

  // MARK: Usual values

  /// Scans one more day for each window whose rules need a usual value of this hour.
  private mutating func learnUsualValues(at now: UnixMilliseconds) {
    let hour = UsualValues.hour(of: now)
    var groups: [UsualProgress.Step: [Int]] = [:]
    for index in rules.indices where rules[index].rule.condition.needsUsual {
      guard let step = rules[index].usual.next(hour, window: rules[index].window) else { continue }
      groups[step, default: []].append(index)
    }
    for (step, members) in groups {
      var values = members.map { _ in [Double]() }
      do {
        for window in step.windows {
          guard let found = try usualValues(members, window) else { continue }
          for (place, value) in found.enumerated() { if let value { values[place].append(value) } }
        }
      } catch {
        note(error, "usual values")
      }
      for (place, index) in members.enumerated() { rules[index].usual.take(values[place], of: step) }
    }
  }

  /// - Returns: nil if the store has no data of that time.
  private func usualValues(_ members: [Int], _ window: Range<UnixMilliseconds>) throws -> [Double?]? {
    var scan = try inputs.flows((window.lowerBound - Self.slack)..<(window.upperBound + Self.lateness), false)
    if scan.isEmpty { return nil }
    scan.look(at: window, inputs)
    let answers = try scan.measure(members.map { rules[$0].question }, limit: Self.valueLimit).answers
    return zip(members, answers).map { rules[$0].rule.measure.value($1, seconds: rules[$0].rule.window) }
  }

  /// Long flows leave the cache some time after their traffic.
  private static let lateness: Int64 = 1_800_000

  // MARK: Built in

  /// - Returns: readings, and the keys of all monitored alerts.
  private mutating func builtInReadings(at now: UnixMilliseconds) -> ([AlertReading], Set<AlertKey>) {
    let builtIn = options.builtIn
    var readings: [AlertReading] = []
    func add(_ name: BuiltInAlerts.Name, of subject: String = "", _ value: Double?, _ condition: AlertCondition) {
      readings.append(AlertReading(AlertKey(name.rawValue, subject), value, condition))
    }
    let samples = builtIn.exporterSilent > 0 || builtIn.exporterLoss > 0 ? inputs.exporters() : []
    if builtIn.exporterSilent > 0 {
      let board = board
      let silence = ExporterWatch.silence(samples, minimum: builtIn.exporterSilent, since: started, at: now) {
        board.isFiring(AlertKey(BuiltInAlerts.Name.exporterSilent.rawValue, $0.description))
      }
      for (address, silent, limit) in silence {
        add(.exporterSilent, of: address.description, silent, AlertCondition(.above, .value(limit)))
      }
    }
    if builtIn.exporterLoss > 0 {
      let limit = AlertCondition(.above, .value(Double(builtIn.exporterLoss)))
      for (address, percent) in exporters.loss(samples, at: now) {
        add(.exporterLoss, of: address.description, percent, limit)
      }
    }
    let counters = inputs.counters()
    let some = AlertCondition(.above, .value(0))
    if builtIn.diskFree > 0 {
      add(.diskFull, counters.freePercent, AlertCondition(.below, .value(Double(builtIn.diskFree))))
    }
    if builtIn.storeFailure { add(.storeFailure, counters.isStoreFailing ? 1 : 0, some) }
    let (lost, dropped) = (losses.growth(counters.rowsLost, at: now), drops.growth(counters.kernelDrops, at: now))
    if builtIn.rowsLost { add(.rowsLost, lost, some) }
    if builtIn.kernelDrops { add(.kernelDrops, dropped, some) }
    if builtIn.outputBehind > 0 {
      let limit = AlertCondition(.above, .value(Double(builtIn.outputBehind)))
      for output in counters.outputs { add(.outputBehind, of: output.name, output.seconds, limit) }
    }
    return (readings, Set(readings.map(\.key)))
  }
}
