import NetworkBytes

/// What a shipper knows at a moment.
struct ShipperState: Sendable {
  var waiting = WaitingFiles()
  /// By their names.
  private(set) var onTheWay: [String: WaitingFile] = [:]
  /// How many of them wait until they are tried again.
  var resting = 0
  /// Counters; what waits is filled in by `fullReport`.
  var report: ShippingReport
  /// What does not work, file by file, and why.
  private var failing: [String: String] = [:]
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

  /// The next file, if there is one and fewer than `parallel` are on their way.
  mutating func takeNext(_ parallel: Int) -> WaitingFile? {
    guard onTheWay.count < parallel, !isFinishing || failing.isEmpty, let file = waiting.removeFirst() else {
      return nil
    }
    onTheWay[file.name] = file
    return file
  }

  /// Adds files that neither wait nor are on their way.
  mutating func insert(_ new: [WaitingFile]) { waiting.insert(new.filter { onTheWay[$0.name] == nil }) }

  /// Whether, as it finishes, nothing more will be shipped.
  var isDone: Bool {
    isFinishing && !isLookDue && onTheWay.count == resting && (waiting.count == 0 || !failing.isEmpty)
  }

  /// Notes that something fails.
  ///
  /// - Parameter what: a file's name, or what else it is about.
  /// - Returns: whether nothing did before.
  mutating func fail(_ what: String, _ reason: String, at now: UnixSeconds) -> Bool {
    let isFirst = failing.isEmpty
    failing[what] = reason
    noteError(reason, at: now)
    if isFirst { report.failingSince = now }
    return isFirst
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
  mutating func end(_ file: WaitingFile) -> Bool {
    onTheWay[file.name] = nil
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
    if let reason = failing.removeValue(forKey: file.name) { failing[Self.earlier] = reason }
  }

  var fullReport: ShippingReport {
    var report = report
    report.waitingFiles = waiting.count + onTheWay.count
    report.waitingOctets = onTheWay.values.reduce(waiting.octets) { $0 + $1.octets }
    report.waitingSince = (onTheWay.values.map(\.written) + [waiting.first?.written].compactMap(\.self)).min()
    return report
  }
}
