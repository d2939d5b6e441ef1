import NetworkBytes

/// Which options records, and which of their statements, a decoder has taken in lately, by hashes: exporters repeat theirs all
/// the time, and what brings nothing new costs neither a lock nor an allocation.
///
/// What is found here has been taken in. What is not found may have been, too, and is compared where it is kept. Hashes are
/// keyed, so that nobody outside can have two things take one place.
struct OptionsMemory {
  /// What was taken in last of those whose place is the same.
  private var places: [UInt64]
  private let key = (UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1)

  private static let count = 1 << 16
  /// Folded in last, so that all bits of what came before it have an effect.
  private static let last: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Begins without memory; the first options record gives it some.
  init() { places = [] }

  /// Something that a session says of a subject, or a record as a whole.
  struct Mark {
    fileprivate let place: Int
    fileprivate let value: UInt64
  }

  mutating func prepare() {
    if places.isEmpty { places = Array(repeating: 0, count: Self.count) }
  }

  @inline(__always)
  func holds(_ mark: Mark) -> Bool { places[mark.place] == mark.value }

  @inline(__always)
  mutating func note(_ mark: Mark) { places[mark.place] = mark.value }

  /// A record as a whole, as long as its session has learnt nothing since.
  ///
  /// - Parameter session: of the session and of what it has learnt so far.
  @inline(__always)
  func mark(of record: RawSpan, in session: UInt64) -> Mark {
    let hash = hash(record, session) | 1
    return Mark(place: Int(truncatingIfNeeded: hash >> 40) & (Self.count - 1), value: hash)
  }

  /// What a session says of a subject: another statement on it takes the same place.
  @inline(__always)
  func mark(of subject: UInt64, _ number: UInt64, says value: UInt64, in session: UInt64) -> Mark {
    let hash = mix(mix(mix(session, subject), number), Self.last)
    return Mark(place: Int(truncatingIfNeeded: hash >> 40) & (Self.count - 1), value: mix(hash, value) & ~1)
  }

  /// A hash of octets.
  @inline(__always)
  func hash(_ octets: RawSpan, _ seed: UInt64) -> UInt64 {
    var hash = mix(seed, UInt64(truncatingIfNeeded: octets.byteCount))
    var offset = 0
    while octets.byteCount &- offset >= 8 {
      hash = mix(hash, octets.be64(offset))
      offset &+= 8
    }
    if offset < octets.byteCount { hash = mix(hash, octets.unsigned(offset, count: octets.byteCount &- offset)) }
    return mix(hash, Self.last)
  }

  /// Folds a word in: the halves of a product of 128 bits, one over the other.
  @inline(__always)
  func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ key.0).multipliedFullWidth(by: word ^ key.1)
    return product.high ^ product.low
  }
}
