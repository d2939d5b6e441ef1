import NetworkBytes

/// The state of a shipper.
struct ShipperState: Sendable {
  var waiting = WaitingFiles()
  /// By file name.
  private(set) var onTheWay: [String: WaitingFile] = [:]
  /// Number of these that wait for their next attempt.
  var resting = 0
  /// Files that failed repeatedly and yielded their places, with the seconds until the next attempt; by name.
  private var givenWay: [String: (file: WaitingFile, seconds: Int)] = [:]
  /// Failed attempts of files that are not in transit, by name.
  private var troubles: [String: FileTrouble] = [:]
  /// Whether the destination has accepted a file since one yielded its place.
  private var isTaking = true
  private var probes = ProbePauses()
  /// Counters; `fullReport` fills in the waiting files.
  var report: ShippingReport
  /// What fails and why, by file.
  private var failing: [String: String] = [:]
  private var failureLog = FailureLog()
  /// Whether the cursor is open.
  var isOpen = false
  /// Whether a scan of the store is due.
  var isLookDue = true
  /// Whether failures are no longer waited for.
  var isFinishing = false

  init(_ report: ShippingReport) { self.report = report }

  var isFailing: Bool { !failing.isEmpty }

  /// Key in `failing` for a file that is no longer tried without having been accepted.
  private static let earlier = ""
  /// Consecutive failures before a file yields its place.
  private static let patience = 3

  /// Returns the next file and its earlier failures, if fewer than `parallel` are in transit.
  mutating func takeNext(_ parallel: Int) -> (file: WaitingFile, trouble: FileTrouble)? {
    guard onTheWay.count < parallel, !isFinishing || failing.isEmpty, let file = removeNext(parallel) else {
      return nil
    }
    onTheWay[file.name] = file
    return (file, troubles.removeValue(forKey: file.name) ?? FileTrouble())
  }

  /// Returns the next file to try. A yielded place is free while the destination accepts files; otherwise a file that
  /// never failed serves as a probe.
  private mutating func removeNext(_ parallel: Int) -> WaitingFile? {
    if isTaking || onTheWay.count + givenWay.count < parallel { return waiting.removeFirst() }
    guard probes.isDue, let file = waiting.removeFirst(where: { troubles[$0.name] == nil }) else { return nil }
    probes.begin()
    return file
  }

  /// Returns whether a file waits or is in transit.
  func knows(_ name: String) -> Bool { waiting.contains(name) || onTheWay[name] != nil || givenWay[name] != nil }

  /// Adds files that neither wait nor are in transit.
  mutating func insert(_ new: [WaitingFile]) { waiting.insert(new.filter { !knows($0.name) }) }

  /// Removes waiting files that are not in `names`.
  ///
  /// - Returns: the removed files, oldest first.
  mutating func remove(allBut names: Set<String>) -> [WaitingFile] {
    let gone = waiting.remove(allBut: names)
    for file in gone { abandon(file) }
    report.removedFiles += UInt64(gone.count)
    return gone
  }

  /// Call once a second.
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

  /// Makes a failed file yield its place until its next attempt, if that is due.
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

  /// Whether nothing more will be shipped before the output ends.
  var isDone: Bool {
    isFinishing && !isLookDue && onTheWay.count == resting && (waiting.count == 0 || !failing.isEmpty)
  }

  /// Records a failure.
  ///
  /// - Parameters:
  ///   - what: a file's name, or another subject.
  ///   - kind: equal for failures with the same cause.
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

  /// Records a success.
  ///
  /// - Returns: whether it ended the last failure.
  mutating func work(_ what: String) -> Bool {
    if failing.isEmpty { return false }
    failing[what] = nil
    if !failing.isEmpty { return false }
    report.failingSince = nil
    return true
  }

  /// Removes a file that the destination has accepted or never will.
  ///
  /// - Returns: whether that ended the last failure.
  mutating func end(_ file: WaitingFile, isTaken: Bool) -> Bool {
    onTheWay[file.name] = nil
    if isTaken {
      // The destination was at fault, so all files are tried again, oldest first.
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

  /// Stops trying a file. Its failure is reported until another file is accepted.
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
