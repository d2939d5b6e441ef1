/// In a checkpoint the memory is one text: there may be many entries, and each as an object of its own would take long to
/// write and to read.
extension TotalsMemory: Codable {
  private static let form: UInt8 = 1

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard var reader = OctetReader(base64: try container.decode(String.self)), let memory = Self(&reader) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no running totals of this version")
    }
    self = memory
  }

  func encode(to encoder: any Encoder) throws {
    var octets: [UInt8] = [Self.form]
    octets.append(fixed: key.first)
    octets.append(fixed: key.second)
    octets.append(varying: evicted)
    for place in places { self[place].append(to: &octets) }
    var container = encoder.singleValueContainer()
    try container.encode(octets.base64)
  }

  private init?(_ reader: inout OctetReader) {
    guard reader.octet() == Self.form, let first = reader.fixed(), let second = reader.fixed(),
      let evicted = reader.varying()
    else { return nil }
    self.init(maximumCount: .max, key: .init(first: first, second: second), evicted: evicted)
    while !reader.isAtEnd {
      guard let entry = Entry(&reader) else { return nil }
      _ = add(entry)
    }
  }

  /// Goes on with what an earlier run remembered; nothing may be remembered yet.
  mutating func restore(_ earlier: TotalsMemory) {
    self = TotalsMemory(maximumCount: maximumCount, key: earlier.key, evicted: earlier.evicted)
    for place in earlier.places { _ = add(earlier[place]) }
  }
}

extension TotalsMemory.Entry {
  /// The flag of an octet whose low four bits say which counts follow.
  private static let connection: UInt8 = 16

  fileprivate func append(to octets: inout [UInt8]) {
    octets.append(fixed: identity.first)
    octets.append(fixed: identity.second)
    let isConnection = newest != .min
    var flags: UInt8 = isConnection ? Self.connection : 0
    for lane in 0..<4 where counts[lane] != 0 { flags |= 1 << UInt8(lane) }
    octets.append(flags)
    for lane in 0..<4 where counts[lane] != 0 { octets.append(varying: counts[lane]) }
    guard isConnection else { return }
    octets.append(varying: start)
    octets.append(fixed: UInt64(bitPattern: newest))
    octets.append(fixed: UInt64(bitPattern: teardown))
  }

  fileprivate init?(_ reader: inout OctetReader) {
    guard let first = reader.fixed(), let second = reader.fixed(), let flags = reader.octet() else { return nil }
    self.init(SipHash.Digest(first: first, second: second))
    for lane in 0..<4 where flags & 1 << UInt8(lane) != 0 {
      guard let count = reader.varying() else { return nil }
      counts[lane] = count
    }
    guard flags & Self.connection != 0 else { return }
    guard let start = reader.varying(), let newest = reader.fixed(), let teardown = reader.fixed() else { return nil }
    self.start = start
    self.newest = Int64(bitPattern: newest)
    self.teardown = Int64(bitPattern: teardown)
  }
}

// MARK: Octets and text

extension [UInt8] {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Eight octets, the least significant first.
  fileprivate mutating func append(fixed word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Seven bits an octet, the least significant first, with the high bit where more follow.
  fileprivate mutating func append(varying word: UInt64) {
    var rest = word
    while rest >= 128 {
      append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// As base64url without padding (RFC 4648 §5), which JSON has nothing to escape in.
  fileprivate var base64: String {
    let digits = Self.digits
    var text: [UInt8] = []
    text.reserveCapacity((count + 2) / 3 * 4)
    var (bits, width) = (UInt32(0), UInt32(0))
    for octet in self {
      bits = bits << 8 | UInt32(octet)
      width += 8
      while width >= 6 {
        width -= 6
        text.append(digits[Int(bits >> width & 63)])
      }
    }
    if width > 0 { text.append(digits[Int(bits << (6 - width) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Reads what `[UInt8].append(fixed:)` and the like wrote.
private struct OctetReader {
  private var octets: [UInt8] = []
  private var place = 0

  /// - Returns: nil if the text is no base64url.
  init?(base64 text: String) {
    octets.reserveCapacity(text.utf8.count / 4 * 3 + 3)
    var (bits, width) = (UInt32(0), UInt32(0))
    for digit in text.utf8 {
      guard let value = Self.value(of: digit) else { return nil }
      bits = bits << 6 | value
      width += 6
      if width >= 8 {
        width -= 8
        octets.append(UInt8(truncatingIfNeeded: bits >> width))
      }
    }
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }

  var isAtEnd: Bool { place == octets.count }

  mutating func octet() -> UInt8? {
    guard place < octets.count else { return nil }
    defer { place += 1 }
    return octets[place]
  }

  mutating func fixed() -> UInt64? {
    guard octets.count - place >= 8 else { return nil }
    defer { place += 8 }
    return (0..<8).reduce(0) { $0 | UInt64(octets[place + $1]) << UInt64(8 * $1) }
  }

  mutating func varying() -> UInt64? {
    var (word, shift) = (UInt64(0), UInt64(0))
    while shift < 64, let octet = octet() {
      word |= UInt64(octet & 127) << shift
      if octet < 128 { return word }
      shift += 7
    }
    return nil
  }
}
