import NetworkBytes

/// Hashes of options records and statements that a decoder has processed recently: exporters repeat them continually,
/// and repetitions cost neither a lock nor an allocation.
///
/// An entry found here has been processed. One not found may have been, too, and is compared where it is stored. Hashes
/// are keyed, so that collisions cannot be provoked from outside.
struct OptionsMemory {
  /// Latest entry of each place.
  private var places: [UInt64]
  private let key = (UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1)

  private static let count = 1 << 16
  /// Mixed in last, so that all earlier bits affect the result.
  private static let last: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Starts empty; memory is allocated with the first options record.
  init() { places = [] }

  /// Identifies a statement of a session on a subject, or a whole record.
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

  /// Returns the mark of a whole record, valid while its session has learnt nothing new.
  ///
  /// - Parameter session: Hash of the session and of what it has learnt so far.
  @inline(__always)
  func mark(of record: RawSpan, in session: UInt64) -> Mark {
    let hash = hash(record, session) | 1
    return Mark(place: Int(truncatingIfNeeded: hash >> 40) & (Self.count - 1), value: hash)
  }

  /// Returns the mark of a session's statement on a subject; other statements on it use the same place.
  @inline(__always)
  func mark(of subject: UInt64, _ number: UInt64, says value: UInt64, in session: UInt64) -> Mark {
    let hash = mix(mix(mix(session, subject), number), Self.last)
    return Mark(place: Int(truncatingIfNeeded: hash >> 40) & (Self.count - 1), value: mix(hash, value) & ~1)
  }

  /// Returns a hash of octets.
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

  /// Mixes in a word: the exclusive or of the halves of a 128-bit product.
  @inline(__always)
  func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ key.0).multipliedFullWidth(by: word ^ key.1)
    return product.high ^ product.low
  }
}
