import NetworkBytes

/// A data set that came before its template, and what its records reckon from.
struct EarlySet {
  /// Of the template it waits for.
  var id: UInt16
  /// The template, once it has come: the first definition holds, whatever follows.
  var template: Template?
  /// Of the message it came in.
  var header: MessageHeader
  /// When it came, nanoseconds since 1970 UTC.
  var arrival: Int64
  /// Its records, without the set's header.
  var content: [UInt8]

  /// What it counts for against the bounds, octets: keeping a small set takes memory too.
  var size: Int { content.count + 128 }
}

/// The data sets of one session that wait for their template, within bounds (RFC 7011 §8.2, §9.1: a collector may keep
/// what it cannot decode yet).
struct EarlyData {
  /// In order of arrival.
  private var sets: [EarlySet] = []
  /// The sum of their sizes.
  private(set) var octets = 0
  /// Whether a template has come that one of them waits for.
  private(set) var isReady = false

  var isEmpty: Bool { sets.isEmpty }
  var count: Int { sets.count }
  /// Of the templates that are waited for.
  var ids: Set<UInt16> { Set(sets.lazy.filter { $0.template == nil }.map(\.id)) }
  /// Arrival of the one that has waited longest.
  var oldestArrival: Int64? { sets.first?.arrival }

  mutating func hold(_ set: EarlySet) {
    sets.append(set)
    octets += set.size
  }

  /// Gives a template to the sets that wait for it.
  mutating func serve(_ template: Template) {
    for index in sets.indices where sets[index].id == template.id && sets[index].template == nil {
      sets[index].template = template
      isReady = true
    }
  }

  /// Takes out the sets whose template has come, in order of arrival.
  mutating func takeReady() -> [(set: EarlySet, template: Template)] {
    guard isReady else { return [] }
    isReady = false
    let ready = sets.compactMap { set in set.template.map { (set: set, template: $0) } }
    sets.removeAll { $0.template != nil }
    octets -= ready.reduce(0) { $0 + $1.set.size }
    return ready
  }

  /// Lets go of the sets that came before `arrival`.
  ///
  /// - Returns: how many these were.
  mutating func giveUp(before arrival: Int64) -> Int {
    giveUpFirst(sets.prefix { $0.arrival < arrival }.count)
  }

  /// Lets go of the sets that have waited longest until no more than `limit` octets are held; then of a sixteenth of all
  /// at least, as each time costs a pass over all.
  ///
  /// - Returns: how many these were.
  mutating func giveUp(beyond limit: Int) -> Int {
    guard octets > limit else { return 0 }
    var (count, left) = (0, octets)
    while count < sets.count, left > limit || count < sets.count / 16 {
      left -= sets[count].size
      count += 1
    }
    return giveUpFirst(count)
  }

  private mutating func giveUpFirst(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    octets -= sets.prefix(count).reduce(0) { $0 + $1.size }
    sets.removeFirst(count)
    return count
  }
}
