/// The state machine of one alert. It depends only on values and times; times are milliseconds since 1970 UTC.
///
///              over the limit          held long enough
///         ok ────────────────▶ pending ───────────────▶ firing        message: fired
///          ▲ ◀────────────────                           │  ▲
///          │      not over                    cleared    ▼  │ not cleared
///          └───────────────────────────────────────── clearing        message: resolved
///                       held long enough
///
/// Each change to firing and to ok causes one message. Values between the limit and the clearing level change nothing.
/// An unknown value resets both hold times: a pending alert returns to ok, a clearing one to firing, without a message.
public struct AlertState: Hashable, Sendable, Codable {
  public enum Phase: String, Codable, Sendable, CaseIterable {
    case ok, pending, firing, clearing
  }

  /// A notification.
  public enum Event: String, Codable, Sendable {
    case fired, resolved, repeated
  }

  public private(set) var phase = Phase.ok
  /// When the phase began.
  public private(set) var since: Int64
  /// When the alert fired; nil while it does not fire.
  public private(set) var fired: Int64?
  /// Time of the last message.
  public private(set) var lastMessage: Int64?

  public init(at now: Int64) { since = now }

  /// Whether the alert fires, including while it clears.
  public var isFiring: Bool { phase == .firing || phase == .clearing }

  /// Applies a new value.
  ///
  /// - Parameters:
  ///   - value: nil if unknown.
  ///   - limit: nil if unknown.
  /// - Returns: the message to send, if any.
  public mutating func advance(
    _ value: Double?, limit: Double?, _ condition: AlertCondition, _ timing: AlertTiming, at now: Int64
  ) -> Event? {
    // If the clock was set back, no time may be later than now.
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

  /// Ends the alert regardless of its value, because it no longer applies.
  ///
  /// - Returns: `resolved` if it fired.
  public mutating func resolve(at now: Int64) -> Event? {
    let wasFiring = isFiring
    enter(.ok, now)
    (fired, lastMessage) = (nil, nil)
    return wasFiring ? .resolved : nil
  }

  /// The state after a restart: hold times begin again; a firing alert keeps firing.
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
