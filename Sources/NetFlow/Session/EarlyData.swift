import DequeModule
import NetworkBytes

/// Data set that preceded its template, with the context needed to decode its records.
struct EarlySet {
  /// Id of the missing template.
  var id: UInt16
  /// Header of its message.
  var header: MessageHeader
  /// Time of arrival, nanoseconds since 1970 UTC.
  var arrival: Int64
  /// Its records, without the set header.
  var content: [UInt8]

  /// Octets counted towards the limits; holding a small set takes memory, too.
  var size: Int { content.count + 128 }
}

/// Data sets of a session that wait for their template, within limits, and those whose template has arrived. Sets of
/// short records expand to many times their size, so they are decoded one by one.
struct EarlyData {
  struct Ready {
    var set: EarlySet
    var template: Template
  }

  /// A set in the order of arrival.
  private struct Place: BitwiseCopyable {
    /// The template that it waits for; nil: it has found it.
    var id: UInt16?
    /// The number of the next one that waits for the same template; 0: there is none, or they are not linked.
    var next = 0
  }

  /// The queue of those that wait and, until they leave it, of some that have found their template. The sets themselves are apart
  /// from their places: following links touches no set, and counts no reference to its content.
  private var places = Deque<Place>()
  private var sets = Deque<EarlySet?>()
  /// The number of the first in the queue; numbers go on from 1, so that none changes while others leave.
  private var firstNumber = 1
  /// How many of the queue wait for their template. The first of the queue does.
  private var waitingCount = 0
  /// The first and the last that wait for each template, once there were more than a few; empty: they have to be looked through.
  private var chains: [UInt16: (first: Int, last: Int)] = [:]
  /// Those that have their template, in order; the first `decoded` of them are decoded already.
  private var ready: [Ready?] = []
  private var decoded = 0
  /// Sum of the sizes of all held sets.
  private var held = 0
  /// Octets counted towards the limits, including the session's own overhead if there are any sets.
  var octets: Int { held == 0 ? 0 : held + Self.ownSize }
  /// Number of records of sets that are ready.
  private(set) var readyRecords = 0

  /// Octets of a queue and its index.
  private static let ownSize = 192
  /// So many are looked through.
  private static let few = 8

  var isEmpty: Bool { waitingCount == 0 && !isReady }
  /// Sets that are held.
  var count: Int { waitingCount + ready.count - decoded }
  var isReady: Bool { decoded < ready.count }
  /// Whether any waits for its template.
  var isWaiting: Bool { waitingCount > 0 }
  /// Arrival of the one that has waited for its template longest.
  var waitingSince: Int64? { sets.first??.arrival }
  /// Arrival of the one that has waited longest.
  var oldestArrival: Int64? { isReady ? ready[decoded]?.set.arrival : waitingSince }

  mutating func hold(_ set: EarlySet) {
    places.append(Place(id: set.id))
    held += set.size
    waitingCount += 1
    if !chains.isEmpty {
      link(places.count - 1, set.id)
    } else if waitingCount > Self.few {
      linkAll()
    }
    sets.append(set)
  }

  /// Adds the set at a place of the queue to those that wait for the same template.
  private mutating func link(_ place: Int, _ id: UInt16) {
    let number = firstNumber + place
    guard let chain = chains.index(forKey: id) else {
      chains[id] = (number, number)
      return
    }
    places[chains.values[chain].last - firstNumber].next = number
    chains.values[chain].last = number
  }

  private mutating func linkAll() {
    chains = [:]
    for place in places.indices {
      places[place].next = 0
      if let id = places[place].id { link(place, id) }
    }
  }

  /// Gives the sets that wait for a template this one. Takes time for these alone, and not for all that wait: they can be tens
  /// of thousands, and templates thousands.
  mutating func serve(_ template: Template) {
    if chains.isEmpty {
      for place in places.indices where places[place].id == template.id { makeReady(place, template) }
    } else if let chain = chains.removeValue(forKey: template.id) {
      var number = chain.first
      while number > 0 {
        let place = number - firstNumber
        number = places[place].next
        makeReady(place, template)
      }
    } else {
      return
    }
    closeRanks()
  }

  private mutating func makeReady(_ place: Int, _ template: Template) {
    places[place].id = nil
    // Exchanged, because a copy would count references.
    var set: EarlySet?
    swap(&set, &sets[place])
    guard let set else { return }
    waitingCount -= 1
    makeReady(set, template)
  }

  /// Lets go of places in the queue that are empty: of the first ones, and of all once they are the greater part. Then it
  /// releases memory, too: one set may wait, or none, where tens of thousands did.
  private mutating func closeRanks() {
    while let first = places.first, first.id == nil { removeFirst() }
    guard places.count > 2 * waitingCount + 64 || places.isEmpty else { return }
    places = places.filter { $0.id != nil }
    sets = sets.filter { $0 != nil }
    if chains.isEmpty { chains = [:] } else { linkAll() }
  }

  private mutating func removeFirst() {
    places.removeFirst()
    sets.removeFirst()
    firstNumber += 1
  }

  mutating func serve(all templates: some Sequence<Template>) {
    for template in templates { serve(template) }
  }

  private mutating func makeReady(_ set: EarlySet, _ template: Template) {
    ready.append(Ready(set: set, template: template))
    readyRecords += template.recordBound(in: set.content.count)
  }

  /// Removes and returns the next set that has its template.
  mutating func takeReady() -> Ready? {
    guard isReady else { return nil }
    var next: Ready?
    swap(&next, &ready[decoded])
    decoded += 1
    if decoded == ready.count {
      ready.removeAll()
      decoded = 0
    }
    if let next { forget(next) }
    return next
  }

  private mutating func forget(_ set: Ready) {
    held -= set.set.size
    readyRecords -= set.template.recordBound(in: set.set.content.count)
  }

  /// Discards ready sets in order of arrival until the limits on ready records and on held octets are met.
  ///
  /// - Returns: Number of discarded sets.
  mutating func giveUpReady(records: Int = .max, octets limit: Int = .max) -> Int {
    var count = 0
    while readyRecords > records || octets > limit, takeReady() != nil { count += 1 }
    return count
  }

  /// Removes and returns sets without template that arrived before `arrival`.
  mutating func takeOverdue(before arrival: Int64) -> [EarlySet] {
    var taken: [EarlySet] = []
    while let since = waitingSince, since < arrival { takeFirst(into: &taken) }
    return taken
  }

  /// Takes out the sets without template that have waited longest until no more than `limit` octets are held; then a
  /// sixteenth of all at least, as each time costs more than it does for each set. If that does not do, those that are ready go.
  mutating func takeExcess(beyond limit: Int) -> [EarlySet] {
    guard octets > limit else { return [] }
    var taken: [EarlySet] = []
    let least = waitingCount / 16
    taken.reserveCapacity(least + 1)
    while waitingCount > 0, octets > limit || taken.count < least { takeFirst(into: &taken) }
    return taken
  }

  /// Puts back a set that was removed, now with a template.
  mutating func hold(_ set: EarlySet, ready template: Template) {
    held += set.size
    makeReady(set, template)
  }

  private mutating func takeFirst(into taken: inout [EarlySet]) {
    guard let first = places.popFirst(), let id = first.id, let set = sets.popFirst() ?? nil else { return }
    firstNumber += 1
    held -= set.size
    waitingCount -= 1
    // It is the first of those that wait for its template.
    if let chain = chains.index(forKey: id) {
      if first.next > 0 { chains.values[chain].first = first.next } else { chains.remove(at: chain) }
    }
    taken.append(set)
    closeRanks()
  }

  /// All that is held, without template again: as a checkpoint keeps it.
  fileprivate var all: [EarlySet] { ready[decoded...].compactMap { $0?.set } + sets.compactMap(\.self) }
}

extension EarlyData: Decodable {
  private struct Held: Decodable {
    var id: UInt16
    var header: MessageHeader
    var arrival: Int64
    /// Hexadecimal.
    var content: String
  }

  /// Reads the sets from checkpoints of earlier versions.
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
