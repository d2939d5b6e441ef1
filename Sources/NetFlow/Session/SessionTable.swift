import NetworkBytes

/// Bounds on what exporters can make the decoder remember.
public struct SessionLimits: Sendable {
  /// Sessions in all; the longest silent one is forgotten first.
  public var sessions = 65_536
  /// Templates of one session.
  public var templatesPerSession = 4096

  public init() {}
}

/// The sessions of one decoder.
struct SessionTable {
  private var sessions: [SessionKey: Session] = [:]
  /// Sessions of recent datagrams, each at the place its source port leads to: few lookups go past them.
  private var recent: [Session?] = Array(repeating: nil, count: 64)
  private let limits: SessionLimits
  /// Counters of sessions that were forgotten, and of datagrams that belong to none.
  private var retired = DecodeCounters()

  init(limits: SessionLimits) {
    self.limits = limits
  }

  /// Reads a datagram's header and finds its session; a datagram without a good header is counted as rejected.
  ///
  /// - Parameter arrival: nanoseconds since 1970 UTC.
  mutating func open(
    _ message: RawSpan, from exporter: Endpoint, arrival: Int64, directory: ExporterDirectory?
  ) -> (MessageHeader, Session)? {
    let (read, issue) = MessageHeader.read(message)
    guard let header = read else {
      countRejected(issue)
      return nil
    }
    let key = SessionKey(exporter: exporter, version: header.version, domain: header.domain)
    let session = session(key, arrival: arrival, directory: directory)
    session.counters.datagrams &+= 1
    return (header, session)
  }

  private mutating func session(_ key: SessionKey, arrival: Int64, directory: ExporterDirectory?) -> Session {
    let place = Int(truncatingIfNeeded: key.exporter.address.low ^ UInt64(key.exporter.port ^ key.version)) & 63
    if let session = recent[place], session.key == key {
      session.lastSeen = arrival
      return session
    }
    let session: Session
    if let known = sessions[key] {
      session = known
    } else {
      if sessions.count >= limits.sessions { forgetSilent(directory) }
      session = Session(key: key)
      sessions[key] = session
    }
    session.lastSeen = arrival
    recent[place] = session
    return session
  }

  func learn(_ definition: TemplateDefinition, in session: Session, directory: ExporterDirectory?) {
    session.counters.templates &+= 1
    if let template = session.learn(definition, maximumCount: limits.templatesPerSession) {
      directory?.publish(template, of: session.key)
    }
  }

  private mutating func countRejected(_ issue: DecodeIssue) {
    retired.datagrams &+= 1
    retired.rejectedDatagrams &+= 1
    retired.count(issue)
  }

  /// Forgets the sixteenth part of all sessions that has been silent longest: finding them costs a pass over all, so
  /// it is done for many at once.
  private mutating func forgetSilent(_ directory: ExporterDirectory?) {
    let silent = sessions.values.sorted { $0.lastSeen < $1.lastSeen }.prefix(max(1, sessions.count / 16))
    for session in silent {
      sessions[session.key] = nil
      retired += session.counters
      retired.count(.sessionEvicted)
      directory?.withdraw(session.templates.keys, of: session.key)
    }
    for place in recent.indices { recent[place] = nil }
  }

  /// The sum over all sessions, past ones too.
  var counters: DecodeCounters {
    sessions.values.reduce(into: retired) { $0 += $1.counters }
  }

  /// Counters by session, in no order.
  var countersBySession: [(key: SessionKey, counters: DecodeCounters)] {
    sessions.values.map { ($0.key, $0.counters) }
  }
}
