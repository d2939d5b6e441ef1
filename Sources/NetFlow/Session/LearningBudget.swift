import NetworkBytes

/// Budget per second of arrivals for what a session, and all sessions of an address, can make the decoder learn.
/// Learning costs more than reading; excess sets are skipped and counted. Exporters repeat their announcements, so
/// nothing is lost permanently.
struct LearningBudget {
  enum Kind: Int, CaseIterable {
    /// Options records with content that the decoder uses.
    case optionsRecords
    /// New or changed rates, names and elements in these.
    case statements
    /// New or changed templates, and their fields.
    case templates, templateFields
    /// Flow records that are shorter than flows are: see `Template.isOfShortRecords`.
    case shortRecords
    /// Rates of an exporter's domains that are compared with each other, whenever one of them changes.
    case comparisons
    /// Data sets held until their template arrives.
    case earlySets

    /// Budget of a session per second.
    var limit: Int {
      switch self {
      // 16,384 interfaces or applications with four records each.
      case .optionsRecords: 1 << 16
      // A large router has 4,000 interfaces and 1,400 applications and names all of them at once.
      case .statements: 1 << 14
      // Half as many as a session can have (`SessionLimits`), and several times what one is known to announce at once.
      case .templates: 1 << 11
      case .templateFields: 1 << 16
      // With each datagram that changes something: sixteen line cards with ten samplers change all of them twice.
      case .comparisons: 1 << 14
      case .shortRecords: 1 << 16
      // As many as a session can hold if they are small: see `SessionLimits.earlyOctetsPerSession`.
      case .earlySets: 1 << 15
      }
    }

    /// Budget of all sessions of an address together. A chassis has a session per domain, and a NAT gateway one per
    /// exporter behind it, so most kinds have more room than one session needs. Templates, and data held for them, are
    /// the most expensive, and exporters do not announce all of theirs in the same second.
    var addressLimit: Int {
      switch self {
      case .optionsRecords, .statements, .shortRecords, .comparisons: 4 * limit
      case .templates, .templateFields, .earlySets: limit
      }
    }
  }

  /// Use of the budget in the current second.
  struct Use {
    /// The low bits of its number: another second that looks the same is decades away.
    fileprivate var second: UInt32 = 0
    /// Beyond its limit none grows by more than a message has.
    fileprivate var counts: [7 of UInt32] = .init(repeating: 0)

    init() {}
  }

  /// Maximum addresses whose use is tracked: forging many must not keep others from learning.
  private static let maximumAddresses = 1 << 14

  private var second: UInt32 = 0
  /// Use of each address, and its number in `uses`.
  private var uses: [Use] = []
  private var numbers: [IPAddress: Int] = [:]
  /// The address that was looked up last, with its number: a message spends for each of its sets.
  private var latest: (address: IPAddress, number: Int)?

  /// Takes from the budget of a session and its address.
  ///
  /// - Returns: False if it was exhausted.
  mutating func spend(_ count: Int, of kind: Kind, _ session: inout Session) -> Bool {
    let now = UInt32(truncatingIfNeeded: session.lastSeen / 1_000_000_000)
    if session.learningUse.second != now {
      session.learningUse = Use()
      session.learningUse.second = now
    }
    guard session.learningUse.counts[kind.rawValue] < kind.limit else { return false }
    if second != now { begin(now) }
    if let number = number(of: session.key.exporter.address) {
      guard uses[number].counts[kind.rawValue] < kind.addressLimit else { return false }
      uses[number].counts[kind.rawValue] += UInt32(truncatingIfNeeded: count)
    }
    session.learningUse.counts[kind.rawValue] += UInt32(truncatingIfNeeded: count)
    return true
  }

  private mutating func begin(_ second: UInt32) {
    self.second = second
    uses.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    latest = nil
  }

  /// Returns the number of an address; nil if there are too many.
  @inline(__always)
  private mutating func number(of address: IPAddress) -> Int? {
    if let latest, latest.address == address { return latest.number }
    return find(address)
  }

  private mutating func find(_ address: IPAddress) -> Int? {
    let number: Int
    if let known = numbers[address] {
      number = known
    } else {
      guard uses.count < Self.maximumAddresses else { return nil }
      number = uses.count
      uses.append(Use())
      numbers[address] = number
    }
    latest = (address, number)
    return number
  }
}
