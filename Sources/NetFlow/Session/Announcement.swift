import FlowModel
import NetworkBytes

/// What options data say of one observation domain of an exporter, and whether it sends flows itself.
///
/// What a source port says holds for its own flows. Others, which say nothing, take over what all ports agree on. Where two
/// contradict each other, what was said first stays for the sessions that were there by then, and later ones take over nothing.
/// A port that says something else after all who said the same have been silent for long is not contradicted: the exporter
/// has begun anew.
struct Announcement: Sendable {
  /// What a port says.
  struct Voice: Sendable {
    var said = Statements()
    /// When the port was last heard; nil: not known, as after a restart of the program.
    var trail: SessionTrail?

    func isSilent(at arrival: Int64) -> Bool {
      trail.map { arrival - $0.lastSeen > Announcement.longSilence } ?? false
    }
  }

  /// What became of a statement.
  enum Outcome {
    case known, changed, contradiction
  }

  /// What holds for those who say nothing of it: of each subject what was said first.
  private(set) var view = Statements()
  /// The only port that has said something: the view is what it says.
  private(set) var solePort: UInt16?
  private var soleTrail: SessionTrail?
  /// What each port says, once there are several.
  private(set) var voices: [UInt16: Voice] = [:]
  /// Subjects on which ports contradict each other, and since when, nanoseconds since 1970 UTC.
  private(set) var contested: [Statement.Subject: Int64] = [:]
  /// Ports with names that contradict the view's.
  private(set) var apart: Set<UInt16> = []
  /// The source ports that said something: with the last of these sessions it goes.
  private(set) var ports: Set<UInt16> = []
  /// Sessions that send flows of this domain.
  var flowSessions = 0

  /// Ports whose own words are kept; beyond them the one that has been silent longest is forgotten.
  static let maximumVoices = 64
  /// After this time without a datagram a port contradicts nobody any longer, nanoseconds.
  static let longSilence: Int64 = 600 * 1_000_000_000

  var isNeeded: Bool { !ports.isEmpty || flowSessions > 0 }

  /// Rates and names that are held: those of the view and of each voice.
  var counts: (rates: Int, names: Int) {
    voices.values.reduce(into: (view.rates.count, view.names.count)) {
      $0.0 += $1.said.rates.count
      $0.1 += $1.said.names.count
    }
  }

  /// What a port says itself.
  func said(by port: UInt16) -> Statements? { port == solePort ? view : voices[port]?.said }

  /// Takes note of what a port says.
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

  /// From now on what ports say is told apart.
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

  /// Compares what a port has come to say with the view.
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

  /// Finds out who contradicts the view.
  private mutating func judge(_ subject: Statement.Subject, at arrival: Int64) {
    let held = view[subject]
    let others = voices.filter { $0.value.said[subject].map { $0 != held } ?? false }
    if case .name = subject { apart.formUnion(others.keys) }
    let isContested = others.values.contains { !$0.isSilent(at: arrival) }
    contested[subject] = isContested ? contested[subject] ?? arrival : nil
  }

  /// Takes back what a port said of a subject.
  mutating func retract(_ subject: Statement.Subject, by port: UInt16, at arrival: Int64) {
    guard let old = said(by: port)?[subject] else { return }
    if solePort == port { return view.remove(subject) }
    voices[port]?.said.remove(subject)
    if view[subject] == old { replace(subject, at: arrival) }
  }

  /// What nobody says any longer gives way to what another port says.
  private mutating func replace(_ subject: Statement.Subject, at arrival: Int64) {
    let said = voices.sorted { $0.key < $1.key }.compactMap { $0.value.said[subject] }
    if let held = view[subject], !said.contains(held) {
      if let other = said.first { view.set(other) } else { view.remove(subject) }
    }
    judge(subject, at: arrival)
  }

  /// Forgets a port whose session is forgotten. What it alone said stays for those who rely on it, until another says
  /// otherwise or the last port goes.
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

  /// Tells when a port is heard from now on.
  mutating func follow(_ trail: SessionTrail) {
    let port = trail.key.exporter.port
    if solePort == port { soleTrail = trail } else { voices[port]?.trail = trail }
  }
}

extension Announcement {
  /// Takes over what an earlier run heard.
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
  /// All that something is said of.
  var subjects: [Statement.Subject] {
    rates.bySampler.keys.map { .rate(.sampler($0)) } + rates.byInterface.keys.map { .rate(.interface($0)) }
      + (rates.domain == nil ? [] : [.rate(.domain)]) + (systemInit == nil ? [] : [.start])
      + ExporterNames.Kind.allCases.flatMap { kind in names.all(kind).map { .name(kind, $0.number) } }
  }

  var isEmpty: Bool { rates.count == 0 && names.isEmpty && systemInit == nil }
}

extension Announcement {
  /// What this says for the flows of a session: what its own port says, or else what holds for those who say nothing.
  ///
  /// - Parameter since: when the session began, nanoseconds since 1970 UTC.
  func facts(for port: UInt16, since: Int64) -> ToldFacts {
    if let own = said(by: port), own.rates.count > 0 || own.systemInit != nil {
      var facts = ToldFacts(own)
      facts.systemInit = own.systemInit ?? agreed(since).systemInit
      if own.rates.count == 0 { facts.rates = agreed(since).rates }
      return facts
    }
    return agreed(since)
  }

  /// What holds for those who say nothing: later sessions take over nothing that is contested.
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

  /// The start that all domains agree on that tell one.
  static func agreedStart(_ domains: [(facts: ToldFacts, sendsFlows: Bool)]) -> Int64? {
    let starts = domains.compactMap(\.facts.systemInit)
    guard let first = starts.first, starts.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

/// What options data say that decoding takes into account.
struct ToldFacts {
  var rates = SamplingRates()
  var systemInit: Int64?

  init() {}

  init(_ said: Statements) {
    rates = said.rates
    systemInit = said.systemInit
  }
}
