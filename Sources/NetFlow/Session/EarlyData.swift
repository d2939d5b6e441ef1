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

/// The data sets of one session that wait for their template, within bounds.
struct EarlyData {
  /// In order of arrival.
  private var sets: [EarlySet] = []
  /// The sum of their sizes.
  private(set) var octets = 0
  /// How many wait for each template.
  private var waiting: [UInt16: Int] = [:]
  /// Templates that have come and are waited for: the first definition of each, whatever follows.
  private var templates: [UInt16: Template] = [:]

  var isEmpty: Bool { sets.isEmpty }
  var count: Int { sets.count }
  /// Whether a template has come that one of the sets waits for.
  var isReady: Bool { !templates.isEmpty }
  /// Of the templates that are waited for.
  var ids: some Collection<UInt16> { waiting.keys }
  /// Arrival of the one that has waited longest.
  var oldestArrival: Int64? { sets.first?.arrival }

  mutating func hold(_ set: EarlySet) {
    sets.append(set)
    octets += set.size
    waiting[set.id, default: 0] += 1
  }

  /// Takes note of a template, if a set waits for it.
  mutating func serve(_ template: Template) {
    if waiting[template.id] != nil, templates[template.id] == nil { templates[template.id] = template }
  }

  /// Takes out the sets whose template has come, in order of arrival. One pass over all, however many templates came.
  mutating func takeReady() -> [(set: EarlySet, template: Template)] {
    guard isReady else { return [] }
    let ready = sets.compactMap { set in templates[set.id].map { (set: set, template: $0) } }
    sets.removeAll { templates[$0.id] != nil }
    octets -= ready.reduce(0) { $0 + $1.set.size }
    for id in templates.keys { waiting[id] = nil }
    templates.removeAll()
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
    for set in sets.prefix(count) {
      octets -= set.size
      let others = (waiting[set.id] ?? 1) - 1
      waiting[set.id] = others > 0 ? others : nil
      if others == 0 { templates[set.id] = nil }
    }
    sets.removeFirst(count)
    return count
  }
}

extension EarlyData: Codable {
  private struct Held: Codable {
    var id: UInt16
    var header: MessageHeader
    var arrival: Int64
    /// Hexadecimal.
    var content: String
  }

  init(from decoder: any Decoder) throws {
    for held in try [Held](from: decoder) {
      guard let content = [UInt8](hexadecimal: held.content) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "a data set that is not hexadecimal"))
      }
      hold(EarlySet(id: held.id, header: held.header, arrival: held.arrival, content: content))
    }
  }

  func encode(to encoder: any Encoder) throws {
    try sets.map {
      Held(id: $0.id, header: $0.header, arrival: $0.arrival, content: $0.content.hexadecimal)
    }.encode(to: encoder)
  }
}

extension [UInt8] {
  fileprivate var hexadecimal: String {
    let digits = [UInt8]("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * count)
    for octet in self { text += [digits[Int(octet >> 4)], digits[Int(octet & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  fileprivate init?(hexadecimal text: String) {
    let digits = text.utf8.map { UInt8(truncatingIfNeeded: Character(Unicode.Scalar($0)).hexDigitValue ?? 16) }
    guard digits.count % 2 == 0, digits.allSatisfy({ $0 < 16 }) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
