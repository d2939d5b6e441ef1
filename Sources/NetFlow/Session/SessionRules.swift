public import NetworkBytes

/// Bounds on what exporters can make the decoder remember.
public struct SessionLimits: Sendable {
  /// Sessions in all; beyond it those without template or record are forgotten first, then the longest silent ones.
  public var sessions = 65_536
  /// Sessions of one address, and of one network (a /24, a /64 of IPv6) together; beyond them its own are forgotten first. A
  /// quarter and half of all, 4096 at least, unless set. Those of trusted exporters do not count.
  public var sessionsPerAddress: Int {
    get { ownSessionsPerAddress ?? max(sessions / 4, 4096) }
    set { ownSessionsPerAddress = newValue }
  }
  public var sessionsPerNetwork: Int {
    get { ownSessionsPerNetwork ?? max(sessions / 2, 4096) }
    set { ownSessionsPerNetwork = newValue }
  }
  private var ownSessionsPerAddress: Int?
  private var ownSessionsPerNetwork: Int?
  /// Nanoseconds for which a session that has sent records for a minute may be silent and still be kept before others.
  public var trustedSilence: Int64 = 1_800_000_000_000
  /// Sessions that have templates or early data but never gave a record, and are kept over a restart: the newest ones.
  public var keptWithoutRecords = 4096
  /// Templates of one session; those defined longest ago are forgotten first.
  public var templatesPerSession = 4096
  /// Fields of one session's templates together, about 115 octets of memory each, and ten for each template besides.
  public var templateFieldsPerSession = 1 << 16
  /// The same of all sessions' templates; beyond it sessions are forgotten, those without a record first.
  public var templateFields = 1 << 22
  /// A template that its exporter has been repeating, and no longer does while it goes on sending, holds for three of its
  /// intervals, in time and in messages, but for this long at least, milliseconds (RFC 7011 §8.4); nil: for ever. One that
  /// was never repeated holds.
  public var templateLifetime: Int64? = 1_800_000
  /// Octets of data sets that came before their template, of one session and of all; beyond these bounds a session's
  /// that have waited longest are given up.
  public var earlyOctetsPerSession = 4 << 20
  public var earlyOctets = 64 << 20
  /// Records that those of one session can be once the template has come; likewise. They are decoded a set at a time, but
  /// records of one octet would take long.
  public var earlyRecordsPerSession = 1 << 18
  /// How long these wait for their template, milliseconds.
  public var earlyTimeout: Int64 = 1_800_000

  public init() {}

  /// The bounds for a capture, whose templates hold for ever: whoever cut it may have left repetitions out.
  public static var capture: SessionLimits {
    var limits = SessionLimits()
    limits.templateLifetime = nil
    return limits
  }
}

/// What sessions take from one another, and when they begin anew.
public struct SessionRules: Sendable {
  public var limits = SessionLimits()
  /// Whether templates of before an exporter's restart are no longer trusted.
  public var detectsRestarts = true
  /// Whether templates of another session serve one that provably continues it, and those that all sessions of an exporter
  /// agree on serve data that would be given up otherwise.
  public var sharesTemplates = true
  /// Whether an exporter is one that the settings name: its sessions make no room for those of others.
  public var isTrusted: @Sendable (IPAddress) -> Bool = { _ in false }

  public init() {}
}
