import NetworkBytes

/// What senders may have the decoder learn in a second of arrivals, of each kind: a session, and all sessions of an address.
/// Learning costs more than reading; what goes beyond is passed over, set by set, and counted. Exporters repeat what they
/// announce, so that it comes again.
struct LearningBudget {
  enum Kind: Int, CaseIterable {
    /// Records of options data that say something the decoder uses.
    case optionsRecords
    /// Among these, what is new or has changed: rates, names, elements.
    case statements
    /// Templates that are new or have changed, and their fields.
    case templates, templateFields
    /// Flow records that are shorter than flows are: see `Template.isOfShortRecords`.
    case shortRecords
    /// Rates of an exporter's domains that are compared with each other, whenever one of them changes.
    case comparisons

    /// What a session may use up in a second.
    var limit: Int {
      switch self {
      // Each of 16,384 interfaces or applications in four ways.
      case .optionsRecords: 1 << 16
      // A large router has 4,000 interfaces and 1,400 applications, and names all of them at once.
      case .statements: 1 << 14
      // As many as a session holds: see `SessionLimits`.
      case .templates: 1 << 12
      case .templateFields: 1 << 16
      // With each datagram that changes something: sixteen line cards with ten samplers change all of them twice.
      case .comparisons: 1 << 14
      case .shortRecords: 1 << 16
      }
    }
  }

  /// What has been used up in one second.
  struct Use {
    /// The low bits of its number: another second that looks the same is decades away.
    fileprivate var second: UInt32 = 0
    /// Beyond its limit none grows by more than a message has.
    fileprivate var counts: [6 of UInt32] = .init(repeating: 0)

    init() {}
  }

  /// An address may use up so many times what a session may.
  private static let sessionsPerAddress = 4
  /// Addresses whose use is counted: nobody can keep others from learning by forging many.
  private static let maximumAddresses = 1 << 14

  private var second: UInt32 = 0
  private var byAddress: [IPAddress: Use] = [:]

  /// Uses up some of what a session and its address have.
  ///
  /// - Returns: false if they had nothing left.
  mutating func spend(_ count: Int, of kind: Kind, _ session: inout Session) -> Bool {
    let now = UInt32(truncatingIfNeeded: session.lastSeen / 1_000_000_000)
    if session.learningUse.second != now {
      session.learningUse = Use()
      session.learningUse.second = now
    }
    guard session.learningUse.counts[kind.rawValue] < kind.limit else { return false }
    if second != now {
      second = now
      byAddress.removeAll(keepingCapacity: true)
    }
    let address = session.key.exporter.address
    if byAddress.count < Self.maximumAddresses || byAddress[address] != nil,
      !Self.spend(count, of: kind, &byAddress[address, default: Use()])
    {
      return false
    }
    session.learningUse.counts[kind.rawValue] += UInt32(truncatingIfNeeded: count)
    return true
  }

  private static func spend(_ count: Int, of kind: Kind, _ use: inout Use) -> Bool {
    guard use.counts[kind.rawValue] < kind.limit * sessionsPerAddress else { return false }
    use.counts[kind.rawValue] += UInt32(truncatingIfNeeded: count)
    return true
  }
}
