import NetworkBytes

extension TotalsMemory: Decodable {
  /// Reads the memory from checkpoints of earlier versions, which store it as a string.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let octets = [UInt8](base64: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no running totals of this version")
    }
    var reader = OctetReader(octets)
    try self.init(&reader)
  }
}

extension TotalsMemory {
  private static let form: UInt8 = 1

  /// Appends the memory to a checkpoint. Must come last, since it is read to the end.
  func append(to octets: inout OctetWriter) {
    octets.append(octet: Self.form)
    octets.append(fixed: key.first)
    octets.append(fixed: key.second)
    octets.append(evicted)
    for place in places { self[place].append(to: &octets) }
  }

  /// Reads the memory from a checkpoint.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    guard try octets.octet() == Self.form else { throw .badValue }
    let (first, second) = (try octets.fixed(), try octets.fixed())
    self.init(maximumCount: .max, key: .init(first: first, second: second), evicted: try octets.word())
    while !octets.isAtEnd { _ = add(try Entry(&octets)) }
  }

  /// Resumes from the memory of an earlier run; must be called on an empty one.
  mutating func restore(_ earlier: TotalsMemory) {
    self = TotalsMemory(maximumCount: maximumCount, key: earlier.key, evicted: earlier.evicted)
    for place in earlier.places { _ = add(earlier[place]) }
  }
}

extension TotalsMemory.Entry {
  /// Flag in an octet whose low four bits indicate which counts follow.
  private static let connection: UInt8 = 16

  fileprivate func append(to octets: inout OctetWriter) {
    octets.append(fixed: identity.first)
    octets.append(fixed: identity.second)
    let isConnection = newest != .min
    var flags: UInt8 = isConnection ? Self.connection : 0
    for lane in 0..<4 where counts[lane] != 0 { flags |= 1 << UInt8(lane) }
    octets.append(octet: flags)
    for lane in 0..<4 where counts[lane] != 0 { octets.append(counts[lane]) }
    guard isConnection else { return }
    octets.append(start)
    octets.append(fixed: UInt64(bitPattern: newest))
    octets.append(fixed: UInt64(bitPattern: teardown))
  }

  fileprivate init(_ octets: inout OctetReader) throws(OctetFault) {
    let (first, second) = (try octets.fixed(), try octets.fixed())
    let flags = try octets.octet()
    self.init(SipHash.Digest(first: first, second: second))
    for lane in 0..<4 where flags & 1 << UInt8(lane) != 0 { counts[lane] = try octets.word() }
    guard flags & Self.connection != 0 else { return }
    start = try octets.word()
    newest = Int64(bitPattern: try octets.fixed())
    teardown = Int64(bitPattern: try octets.fixed())
  }
}

// MARK: Text of former versions

extension [UInt8] {
  /// Decodes base64url without padding (RFC 4648 §5); nil if the text is invalid.
  fileprivate init?(base64 text: String) {
    self = []
    reserveCapacity(text.utf8.count / 4 * 3 + 3)
    var (bits, width) = (UInt32(0), UInt32(0))
    for digit in text.utf8 {
      guard let value = Self.value(of: digit) else { return nil }
      bits = bits << 6 | value
      width += 6
      if width >= 8 {
        width -= 8
        append(UInt8(truncatingIfNeeded: bits >> width))
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
}
