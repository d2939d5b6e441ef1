/// One alert: whether it fires, and since when. It changes with values and times alone; times are milliseconds since 1970 UTC.
///
///              over the limit          held long enough
///         ok ────────────────▶ pending ───────────────▶ firing        a message: fired
///          ▲ ◀────────────────                           │  ▲
///          │      not so                     well back   ▼  │ not so
///          └───────────────────────────────────────── clearing        a message: resolved
///                       held long enough
///
/// There is one message for each change to firing and to ok. Values between the limit and where it clears change nothing. Without a
/// value neither "held" goes on: a pending alert is ok, and one that was clearing fires on, both without a message.
public struct AlertState: Hashable, Sendable, Codable {
  public enum Phase: String, Codable, Sendable, CaseIterable {
    case ok, pending, firing, clearing
  }

  /// What people hear of.
  public enum Event: String, Codable, Sendable {
    case fired, resolved, repeated
  }

  public private(set) var phase = Phase.ok
  /// When the phase began.
  public private(set) var since: Int64
  /// When it fired, while it does.
  public private(set) var fired: Int64?
  /// When there was a message last.
  public private(set) var lastMessage: Int64?

  public init(at now: Int64) { since = now }

  /// Whether it fires, also while it clears.
  public var isFiring: Bool { phase == .firing || phase == .clearing }

  /// Takes a new value.
  ///
  /// - Parameters:
  ///   - value: nil if it is not known.
  ///   - limit: what it is compared with; nil if that is not known.
  /// - Returns: what to tell, if anything.
  public mutating func advance(
    _ value: Double?, limit: Double?, _ condition: AlertCondition, _ timing: AlertTiming, at now: Int64
  ) -> Event? {
    // Of clocks that were set back, nothing is older than now.
    since = min(since, now)
    lastMessage = lastMessage.map { min($0, now) }
    let hold = Int64(timing.hold) * 1000
    guard let value, let limit, value.isFinite else {
      if phase == .pending { enter(.ok, now) }
      if phase == .clearing { enter(.firing, now) }
      return repetition(timing, now)
    }
    let fires = condition.fires(value, limit)
    switch phase {
    case .ok:
      if fires { enter(.pending, now) }
    case .pending:
      if !fires { enter(.ok, now) }
    case .firing:
      if condition.clears(value, limit) { enter(.clearing, now) }
    case .clearing:
      if !condition.clears(value, limit) { enter(.firing, now) }
    }
    if phase == .pending, now - since >= hold {
      enter(.firing, now)
      (fired, lastMessage) = (now, now)
      return .fired
    }
    if phase == .clearing, now - since >= hold { return resolve(at: now) }
    return repetition(timing, now)
  }

  /// Ends it whatever the value is: nobody asks for it any more.
  ///
  /// - Returns: `resolved` if it fired.
  public mutating func resolve(at now: Int64) -> Event? {
    let wasFiring = isFiring
    enter(.ok, now)
    (fired, lastMessage) = (nil, nil)
    return wasFiring ? .resolved : nil
  }

  /// As it goes on after a restart: what must hold for some time begins again; what fires, fires.
  public var restored: AlertState {
    var state = self
    if phase == .pending { state.phase = .ok }
    if phase == .clearing { state.phase = .firing }
    return state
  }

  private mutating func enter(_ next: Phase, _ now: Int64) {
    (phase, since) = (next, now)
  }

  private mutating func repetition(_ timing: AlertTiming, _ now: Int64) -> Event? {
    guard isFiring, timing.repeatInterval > 0, now - (lastMessage ?? now) >= Int64(timing.repeatInterval) * 1000 else {
      return nil
    }
    lastMessage = now
    return .repeated
  }
}
