import DequeModule
import NetworkBytes

/// A data set that came before its template, and what its records reckon from.
struct EarlySet {
  /// Of the template it waits for.
  var id: UInt16
  /// Of the message it came in.
  var header: MessageHeader
  /// When it came, nanoseconds since 1970 UTC.
  var arrival: Int64
  /// Its records, without the set's header.
  var content: [UInt8]

  /// What it counts for against the bounds, octets: keeping a small set takes memory too.
  var size: Int { content.count + 128 }
}

/// The data sets of one session that wait for their template, within bounds, and those that have found it and wait to be
/// decoded: a set of short records becomes many times its size, so they are decoded one after the other.
struct EarlyData {
  struct Ready {
    var set: EarlySet
    var template: Template
  }

  /// In order of arrival.
  private var sets = Deque<EarlySet>()
  /// How many wait for each template.
  private var waiting: [UInt16: Int] = [:]
  /// Those that have their template, in order; the first `decoded` of them are decoded already.
  private var ready: [Ready] = []
  private var decoded = 0
  /// The sum of the sizes of all that are held.
  private var held = 0
  /// What they count for against the bounds: a session that has any needs room of its own for them.
  var octets: Int { held == 0 ? 0 : held + Self.ownSize }
  /// Records of the sets that are ready.
  private(set) var readyRecords = 0

  /// Octets that a queue and its index take.
  private static let ownSize = 192

  var isEmpty: Bool { sets.isEmpty && !isReady }
  /// Sets that are held.
  var count: Int { sets.count + ready.count - decoded }
  var isReady: Bool { decoded < ready.count }
  /// Whether any waits for its template.
  var isWaiting: Bool { !sets.isEmpty }
  /// Arrival of the one that has waited for its template longest.
  var waitingSince: Int64? { sets.first?.arrival }
  /// Of the templates that are waited for.
  var ids: some Collection<UInt16> { waiting.keys }
  /// Arrival of the one that has waited longest.
  var oldestArrival: Int64? { isReady ? ready[decoded].set.arrival : sets.first?.arrival }

  mutating func hold(_ set: EarlySet) {
    sets.append(set)
    held += set.size
    waiting[set.id, default: 0] += 1
  }

  /// Gives the sets that wait for a template this one.
  mutating func serve(_ template: Template) {
    guard waiting.removeValue(forKey: template.id) != nil else { return }
    let served = sets.filter { $0.id == template.id }
    sets.removeAll { $0.id == template.id }
    for set in served { makeReady(set, template) }
  }

  mutating func serve(all templates: some Sequence<Template>) {
    for template in templates { serve(template) }
  }

  private mutating func makeReady(_ set: EarlySet, _ template: Template) {
    ready.append(Ready(set: set, template: template))
    readyRecords += template.recordBound(in: set.content.count)
  }

  /// Takes out the next set that has its template.
  mutating func takeReady() -> Ready? {
    guard isReady else { return nil }
    let next = ready[decoded]
    ready[decoded].set.content = []
    decoded += 1
    if decoded == ready.count {
      ready.removeAll()
      decoded = 0
    }
    forget(next)
    return next
  }

  private mutating func forget(_ set: Ready) {
    held -= set.set.size
    readyRecords -= set.template.recordBound(in: set.set.content.count)
  }

  /// Lets go of the sets that are ready and came first, until no more than so many records are ready and no more than so many
  /// octets are held.
  ///
  /// - Returns: how many these were.
  mutating func giveUpReady(records: Int = .max, octets limit: Int = .max) -> Int {
    var count = 0
    while readyRecords > records || octets > limit, takeReady() != nil { count += 1 }
    return count
  }

  /// Takes out the sets without template that came before `arrival`: they have waited too long.
  mutating func takeOverdue(before arrival: Int64) -> [EarlySet] {
    takeFirst(sets.prefix { $0.arrival < arrival }.count)
  }

  /// Takes out the sets without template that have waited longest until no more than `limit` octets are held; then a
  /// sixteenth of all at least, as each time costs a pass over all. If that does not do, those that are ready go.
  mutating func takeExcess(beyond limit: Int) -> [EarlySet] {
    guard octets > limit else { return [] }
    var (count, left) = (0, octets)
    while count < sets.count, left > limit || count < sets.count / 16 {
      left -= sets[count].size
      count += 1
    }
    return takeFirst(count)
  }

  /// Takes a set back that was taken out, now with a template.
  mutating func hold(_ set: EarlySet, ready template: Template) {
    held += set.size
    makeReady(set, template)
  }

  private mutating func takeFirst(_ count: Int) -> [EarlySet] {
    guard count > 0 else { return [] }
    for index in 0..<count {
      held -= sets[index].size
      stopWaiting(for: sets[index].id)
    }
    let taken = Array(sets.prefix(count))
    sets.removeFirst(count)
    return taken
  }

  /// One set fewer waits for a template. Looked up once: an attacker's sets are small and many.
  private mutating func stopWaiting(for id: UInt16) {
    guard let place = waiting.index(forKey: id) else { return }
    if waiting.values[place] > 1 { waiting.values[place] -= 1 } else { waiting.remove(at: place) }
  }

  /// All that is held, without template again: as a checkpoint keeps it.
  fileprivate var all: [EarlySet] { ready[decoded...].map(\.set) + sets }
}

extension EarlyData: Decodable {
  private struct Held: Decodable {
    var id: UInt16
    var header: MessageHeader
    var arrival: Int64
    /// Hexadecimal.
    var content: String
  }

  /// Reads them as checkpoints of former versions have them.
  init(from decoder: any Decoder) throws {
    for held in try [Held](from: decoder) {
      guard let content = [UInt8](hexadecimal: held.content) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "a data set that is not hexadecimal"))
      }
      hold(EarlySet(id: held.id, header: held.header, arrival: held.arrival, content: content))
    }
  }
}

extension [UInt8] {
  fileprivate init?(hexadecimal text: String) {
    let digits = text.utf8.map { UInt8(truncatingIfNeeded: Character(Unicode.Scalar($0)).hexDigitValue ?? 16) }
    guard digits.count % 2 == 0, digits.allSatisfy({ $0 < 16 }) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

// MARK: In a checkpoint

extension EarlyData {
  /// Appends the sets, without their templates.
  func append(to octets: inout OctetWriter) {
    let all = all
    octets.append(count: all.count)
    for set in all { set.append(to: &octets) }
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    for _ in 0..<(try octets.count(of: 8)) { hold(try EarlySet(&octets)) }
  }
}

extension EarlySet {
  fileprivate func append(to octets: inout OctetWriter) {
    octets.append(id)
    octets.append(arrival)
    header.append(to: &octets)
    octets.append(content)
  }

  fileprivate init(_ octets: inout OctetReader) throws(OctetFault) {
    id = try octets.number()
    arrival = try octets.time()
    header = try MessageHeader(&octets)
    content = try octets.content()
  }
}
