public import NetworkBytes

/// Limits for the state that exporters can create in the decoder.
public struct SessionLimits: Sendable {
  /// Sessions in total; beyond it those without template or record are evicted first, then the longest silent ones.
  public var sessions = 65_536
  /// Sessions of one address, and of one network (a /24, or a /64 of IPv6) together; beyond them its own are evicted
  /// first. By default a quarter and half of all, at least 4096. Those of trusted exporters do not count.
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
  /// Nanoseconds of silence for which a session that has sent records for a minute takes precedence over others.
  public var trustedSilence: Int64 = 1_800_000_000_000
  /// Sessions with templates or early data but without records that are kept across a restart: the newest ones.
  public var keptWithoutRecords = 4096
  /// Templates of a session; those defined longest ago are evicted first.
  public var templatesPerSession = 4096
  /// Fields of a session's templates in total, about 115 octets of memory each, plus ten per template.
  public var templateFieldsPerSession = 1 << 16
  /// The same for all sessions together; beyond it sessions are evicted, those without a record first.
  public var templateFields = 1 << 22
  /// Minimum lifetime in milliseconds of a template that its exporter has repeated and no longer does while it
  /// continues sending; such a template expires after three of its intervals, in time and in messages (RFC 7011 §8.4).
  /// Nil for unlimited. Templates never repeated do not expire.
  public var templateLifetime: Int64? = 1_800_000
  /// Octets of data sets that preceded their template, per session and in total; beyond these limits the longest
  /// waiting ones of a session are discarded.
  public var earlyOctetsPerSession = 4 << 20
  public var earlyOctets = 64 << 20
  /// Maximum records that the early data of a session may contain, likewise. They are decoded set by set, but records
  /// of one octet would take long.
  public var earlyRecordsPerSession = 1 << 18
  /// Milliseconds for which they wait for their template.
  public var earlyTimeout: Int64 = 1_800_000

  public init() {}

  /// Limits for a capture, whose templates do not expire: repetitions may have been filtered out.
  public static var capture: SessionLimits {
    var limits = SessionLimits()
    limits.templateLifetime = nil
    return limits
  }
}

/// Sharing between sessions, and detection of restarts.
public struct SessionRules: Sendable {
  public var limits = SessionLimits()
  /// Whether templates from before an exporter's restart are no longer trusted.
  public var detectsRestarts = true
  /// Whether a session that provably continues another one uses its templates, and templates on which all sessions of
  /// an exporter agree are used for data that would be discarded otherwise.
  public var sharesTemplates = true
  /// Whether an exporter is named in the settings: its sessions are not evicted for those of others.
  public var isTrusted: @Sendable (IPAddress) -> Bool = { _ in false }

  public init() {}
}
