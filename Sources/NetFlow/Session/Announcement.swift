import FlowModel
import NetworkBytes

/// Statements of options data on an observation domain of an exporter, and whether it sends flows itself.
///
/// Statements of a source port apply to its own flows. Other ports, without statements of their own, adopt what all
/// ports agree on. If two contradict each other, the first statement remains valid for sessions that existed by then,
/// and later sessions adopt nothing. A port that makes a different statement after all ports with the old one have been
/// silent for long is not in contradiction: the exporter has restarted.
struct Announcement: Sendable {
  /// Statements of a port.
  struct Voice: Sendable {
    var said = Statements()
    /// Time at which the port was last heard; nil if unknown, as after a restart of the program.
    var trail: SessionTrail?

    func isSilent(at arrival: Int64) -> Bool {
      trail.map { arrival - $0.lastSeen > Announcement.longSilence } ?? false
    }
  }

  /// Effect of a statement.
  enum Outcome {
    case known, changed, contradiction
  }

  /// Default for ports without own statements: the first statement on each subject.
  private(set) var view = Statements()
  /// The only port that has made statements: the view consists of these.
  private(set) var solePort: UInt16?
  private var soleTrail: SessionTrail?
  /// Statements of each port, once there are several.
  private(set) var voices: [UInt16: Voice] = [:]
  /// Subjects on which ports contradict each other, and since when, nanoseconds since 1970 UTC.
  private(set) var contested: [Statement.Subject: Int64] = [:]
  /// Ports with names that contradict the view's.
  private(set) var apart: Set<UInt16> = []
  /// Source ports that have made statements; when the last of their sessions ends, the announcement is removed.
  private(set) var ports: Set<UInt16> = []
  /// Number of sessions that send flows of this domain.
  var flowSessions = 0

  /// Maximum ports with statements of their own; beyond it the longest silent one is forgotten.
  static let maximumVoices = 64
  /// Nanoseconds without a datagram after which a port no longer contradicts others.
  static let longSilence: Int64 = 600 * 1_000_000_000

  var isNeeded: Bool { !ports.isEmpty || flowSessions > 0 }

  /// Number of stored rates and names: those of the view and of each voice.
  var counts: (rates: Int, names: Int) {
    voices.values.reduce(into: (view.rates.count, view.names.count)) {
      $0.0 += $1.said.rates.count
      $0.1 += $1.said.names.count
    }
  }

  /// Returns a port's own statements.
  func said(by port: UInt16) -> Statements? { port == solePort ? view : voices[port]?.said }

  /// Records a statement of a port.
  mutating func tell(_ statement: Statement, by port: UInt16, _ trail: SessionTrail?, at arrival: Int64) -> Outcome {
    ports.insert(port)
    if voices.isEmpty, solePort == port || view.isEmpty {
      solePort = port
      soleTrail = trail ?? soleTrail
      if view[statement.subject] == statement { return .known }
      view.set(statement)
      return .changed
    }
    prepareVoice(of: port, trail)
    let old = voices[port]?.said[statement.subject]
    if old == statement { return .known }
    voices[port]?.said.set(statement)
    return settle(statement, port, at: arrival)
  }

  /// Distinguishes the statements of ports from now on.
  private mutating func prepareVoice(of port: UInt16, _ trail: SessionTrail?) {
    if let sole = solePort {
      voices[sole] = Voice(said: view, trail: soleTrail)
      (solePort, soleTrail) = (nil, nil)
    }
    if voices[port] == nil {
      if voices.count >= Self.maximumVoices,
        let silent = voices.min(by: { ($0.value.trail?.lastSeen ?? 0) < ($1.value.trail?.lastSeen ?? 0) })
      {
        voices[silent.key] = nil
      }
      voices[port] = Voice()
    }
    if let trail { voices[port]?.trail = trail }
  }

  /// Compares a port's statement with the view.
  private mutating func settle(_ statement: Statement, _ port: UInt16, at arrival: Int64) -> Outcome {
    let subject = statement.subject
    guard let held = view[subject] else {
      view.set(statement)
      return .changed
    }
    if held == statement {
      judge(subject, at: arrival)
      return .changed
    }
    if voices.values.contains(where: { $0.said[subject] == held && !$0.isSilent(at: arrival) }) {
      contested[subject] = contested[subject] ?? arrival
      if statement.isName { apart.insert(port) }
      return .contradiction
    }
    view.set(statement)
    judge(subject, at: arrival)
    return .changed
  }

  /// Determines which ports contradict the view.
  private mutating func judge(_ subject: Statement.Subject, at arrival: Int64) {
    let held = view[subject]
    let others = voices.filter { $0.value.said[subject].map { $0 != held } ?? false }
    if case .name = subject { apart.formUnion(others.keys) }
    let isContested = others.values.contains { !$0.isSilent(at: arrival) }
    contested[subject] = isContested ? contested[subject] ?? arrival : nil
  }

  /// Retracts a port's statement on a subject.
  mutating func retract(_ subject: Statement.Subject, by port: UInt16, at arrival: Int64) {
    guard let old = said(by: port)?[subject] else { return }
    if solePort == port { return view.remove(subject) }
    voices[port]?.said.remove(subject)
    if view[subject] == old { replace(subject, at: arrival) }
  }

  /// Replaces a statement that no port makes any more by that of another port.
  private mutating func replace(_ subject: Statement.Subject, at arrival: Int64) {
    let said = voices.sorted { $0.key < $1.key }.compactMap { $0.value.said[subject] }
    if let held = view[subject], !said.contains(held) {
      if let other = said.first { view.set(other) } else { view.remove(subject) }
    }
    judge(subject, at: arrival)
  }

  /// Forgets a port whose session was evicted. Its statements remain valid for ports relying on them until another port
  /// contradicts them or the last port is forgotten.
  mutating func forget(_ port: UInt16) {
    ports.remove(port)
    if ports.isEmpty {
      let flowSessions = flowSessions
      self = Announcement()
      self.flowSessions = flowSessions
      return
    }
    if solePort == port { (solePort, soleTrail) = (nil, nil) }
    apart.remove(port)
    guard voices.removeValue(forKey: port) != nil else { return }
    for (subject, since) in contested { replace(subject, at: since) }
  }

  /// Tracks when a port is heard from now on.
  mutating func follow(_ trail: SessionTrail) {
    let port = trail.key.exporter.port
    if solePort == port { soleTrail = trail } else { voices[port]?.trail = trail }
  }
}

extension Announcement {
  /// Restores the statements heard by an earlier run.
  mutating func restore(
    _ view: Statements, ports: Set<UInt16>, _ voices: [UInt16: Voice], contestedSince since: Int64
  ) {
    self.view = view
    self.ports = ports
    self.voices = voices
    if ports.count == 1 { solePort = ports.first }
    for voice in voices.values {
      for subject in voice.said.subjects where voice.said[subject] != view[subject] { judge(subject, at: since) }
    }
  }
}

extension Statements {
  /// All subjects with statements.
  var subjects: [Statement.Subject] {
    rates.bySampler.keys.map { .rate(.sampler($0)) } + rates.byInterface.keys.map { .rate(.interface($0)) }
      + (rates.domain == nil ? [] : [.rate(.domain)]) + (systemInit == nil ? [] : [.start])
      + ExporterNames.Kind.allCases.flatMap { kind in names.all(kind).map { .name(kind, $0.number) } }
  }

  var isEmpty: Bool { rates.count == 0 && names.isEmpty && systemInit == nil }
}

extension Announcement {
  /// Returns the facts for the flows of a session: its own port's statements, otherwise the default.
  ///
  /// - Parameter since: Start of the session, nanoseconds since 1970 UTC.
  func facts(for port: UInt16, since: Int64) -> ToldFacts {
    if let own = said(by: port), own.rates.count > 0 || own.systemInit != nil {
      var facts = ToldFacts(own)
      facts.systemInit = own.systemInit ?? agreed(since).systemInit
      if own.rates.count == 0 { facts.rates = agreed(since).rates }
      return facts
    }
    return agreed(since)
  }

  /// Returns the default for ports without own statements; later sessions adopt nothing contested.
  private func agreed(_ since: Int64) -> ToldFacts {
    var facts = ToldFacts(view)
    for (subject, start) in contested where start < since {
      switch subject {
      case .rate(let scope): facts.rates.remove(scope)
      case .start: facts.systemInit = nil
      case .name: break
      }
    }
    return facts
  }

  /// The rates that domains agree on and that domains without flows of their own announce: what another domain says of
  /// its own flows need not hold for others.
  ///
  /// - Parameter comparisons: how many rates have been looked at is added.
  static func agreedRates(
    _ domains: [(facts: ToldFacts, sendsFlows: Bool)], _ comparisons: inout Int
  ) -> SamplingRates {
    var agreed = SamplingRates()
    var joined = 0
    for domain in domains where !domain.sendsFlows && domain.facts.rates.count > 0 {
      if joined > 0 { comparisons += domain.facts.rates.count }
      agreed.join(domain.facts.rates)
      joined += 1
    }
    // One that is alone agrees with itself.
    for domain in domains where agreed.count > 0 && domain.facts.rates.count > 0 && (domain.sendsFlows || joined > 1) {
      comparisons += min(domain.facts.rates.count, agreed.count)
      agreed.agree(with: domain.facts.rates)
    }
    return agreed
  }

  /// Returns the start that all domains with one agree on.
  static func agreedStart(_ domains: [(facts: ToldFacts, sendsFlows: Bool)]) -> Int64? {
    let starts = domains.compactMap(\.facts.systemInit)
    guard let first = starts.first, starts.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

/// Statements of options data that decoding uses.
struct ToldFacts {
  var rates = SamplingRates()
  var systemInit: Int64?

  init() {}

  init(_ said: Statements) {
    rates = said.rates
    systemInit = said.systemInit
  }
}
