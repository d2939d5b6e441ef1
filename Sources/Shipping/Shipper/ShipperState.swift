import NetworkBytes

/// What a shipper knows at a moment.
struct ShipperState: Sendable {
  var waiting = WaitingFiles()
  /// By their names.
  private(set) var onTheWay: [String: WaitingFile] = [:]
  /// How many of them wait until they are tried again.
  var resting = 0
  /// Files that failed again and again, and left their places to others until they are tried again in so many seconds; by their names.
  private var givenWay: [String: (file: WaitingFile, seconds: Int)] = [:]
  /// Of files that have failed and are not on their way, by their names.
  private var troubles: [String: FileTrouble] = [:]
  /// Whether the destination has taken a file since one gave way.
  private var isTaking = true
  private var probes = ProbePauses()
  /// Counters; what waits is filled in by `fullReport`.
  var report: ShippingReport
  /// What does not work, file by file, and why.
  private var failing: [String: String] = [:]
  private var failureLog = FailureLog()
  /// Whether there is a cursor to go on from.
  var isOpen = false
  /// Whether the store is to be looked at.
  var isLookDue = true
  /// Whether no failure is waited out any more.
  var isFinishing = false

  init(_ report: ShippingReport) { self.report = report }

  var isFailing: Bool { !failing.isEmpty }

  /// In `failing`: a file that is no longer tried, though not because the destination had taken it.
  private static let earlier = ""
  /// Times in a row that a file fails until others are tried in its place.
  private static let patience = 3

  /// The next file, if there is one and fewer than `parallel` are on their way, and what became of it before.
  mutating func takeNext(_ parallel: Int) -> (file: WaitingFile, trouble: FileTrouble)? {
    guard onTheWay.count < parallel, !isFinishing || failing.isEmpty, let file = removeNext(parallel) else {
      return nil
    }
    onTheWay[file.name] = file
    return (file, troubles.removeValue(forKey: file.name) ?? FileTrouble())
  }

  /// A place that was given up is free as long as the destination takes other files. Where that is not known, one of those that never
  /// failed shows it.
  private mutating func removeNext(_ parallel: Int) -> WaitingFile? {
    if isTaking || onTheWay.count + givenWay.count < parallel { return waiting.removeFirst() }
    guard probes.isDue, let file = waiting.removeFirst(where: { troubles[$0.name] == nil }) else { return nil }
    probes.begin()
    return file
  }

  /// Whether a file waits or is on its way.
  func knows(_ name: String) -> Bool { waiting.contains(name) || onTheWay[name] != nil || givenWay[name] != nil }

  /// Adds files that neither wait nor are on their way.
  mutating func insert(_ new: [WaitingFile]) { waiting.insert(new.filter { !knows($0.name) }) }

  /// Removes files that wait and are not among `names`.
  ///
  /// - Returns: those, the oldest first.
  mutating func remove(allBut names: Set<String>) -> [WaitingFile] {
    let gone = waiting.remove(allBut: names)
    for file in gone { abandon(file) }
    report.removedFiles += UInt64(gone.count)
    return gone
  }

  /// A second has passed.
  mutating func tick() {
    isLookDue = true
    probes.tick()
    for (name, rest) in givenWay { givenWay[name]?.seconds = rest.seconds - 1 }
    endRests { $0 <= 0 }
  }

  private mutating func endRests(_ isOver: (Int) -> Bool) {
    let ended = givenWay.filter { isOver($0.value.seconds) }
    if ended.isEmpty { return }
    for name in ended.keys { givenWay[name] = nil }
    waiting.insert(ended.values.map(\.file))
  }

  /// Has a file that is on its way and has failed leave its place to others until it is tried again, if that is due.
  ///
  /// - Returns: false if the file keeps its place.
  mutating func giveWay(
    _ file: WaitingFile, _ trouble: FileTrouble, for rest: Duration, after remedy: ShippingFailure.Remedy
  ) -> Bool {
    let isLasting = trouble.failures >= Self.patience || !isTaking
    guard isLasting, waiting.count > 0, !isFinishing else { return false }
    if !isTaking, trouble.failures == 1, remedy == .wait { probes.slowDown() }
    onTheWay[file.name] = nil
    let (seconds, fraction) = rest.components
    givenWay[file.name] = (file, max(1, Int(seconds) + (fraction > 0 ? 1 : 0)))
    troubles[file.name] = trouble
    isTaking = false
    return true
  }

  /// Whether, as it finishes, nothing more will be shipped.
  var isDone: Bool {
    isFinishing && !isLookDue && onTheWay.count == resting && (waiting.count == 0 || !failing.isEmpty)
  }

  /// Notes that something fails.
  ///
  /// - Parameters:
  ///   - what: a file's name, or what else it is about.
  ///   - kind: the same for what has one cause.
  mutating func fail(_ what: String, _ reason: String, kind: String, at now: UnixSeconds) -> FailureLog.Novelty {
    let isFirst = failing.isEmpty
    failing[what] = reason
    noteError(reason, at: now)
    if isFirst { report.failingSince = now }
    return failureLog.note(kind, isFirst: isFirst, at: now)
  }

  mutating func noteError(_ reason: String, at now: UnixSeconds) {
    (report.lastError, report.lastErrorTime) = (reason, now)
  }

  /// Notes that something works.
  ///
  /// - Returns: whether it was the last that did not.
  mutating func work(_ what: String) -> Bool {
    if failing.isEmpty { return false }
    failing[what] = nil
    if !failing.isEmpty { return false }
    report.failingSince = nil
    return true
  }

  /// The destination has taken a file, or never will.
  ///
  /// - Returns: whether nothing fails any more, after something did.
  mutating func end(_ file: WaitingFile, isTaken: Bool) -> Bool {
    onTheWay[file.name] = nil
    if isTaken {
      // It was the destination that failed: all go on, the oldest first.
      if probes.isOutage { endRests { _ in true } }
      (isTaking, probes) = (true, ProbePauses())
    }
    let before = failing.count
    failing[Self.earlier] = nil
    failing[file.name] = nil
    guard before > 0, failing.isEmpty else { return false }
    report.failingSince = nil
    return true
  }

  /// A file is no longer tried. What it failed with goes on to hold until another one is taken.
  mutating func abandon(_ file: WaitingFile) {
    onTheWay[file.name] = nil
    troubles[file.name] = nil
    if let reason = failing.removeValue(forKey: file.name) { failing[Self.earlier] = reason }
  }

  var fullReport: ShippingReport {
    var report = report
    let others = Array(onTheWay.values) + givenWay.values.map(\.file)
    report.waitingFiles = waiting.count + others.count
    report.waitingOctets = others.reduce(waiting.octets) { $0 + $1.octets }
    report.waitingSince = (others.map(\.written) + [waiting.first?.written].compactMap(\.self)).min()
    return report
  }
}
