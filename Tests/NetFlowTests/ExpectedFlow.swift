import FlowModel
import NetFlow
import NetworkBytes

/// The expected flow record for values from the lossless decoder: a second implementation of the mapping, value by
/// value and without plans.
struct ExpectedFlow {
  private var values: [UInt16: FieldValue] = [:]
  /// Values of reverse elements (RFC 5103).
  private var reverseValues: [UInt16: FieldValue] = [:]
  private let header: MessageHeader

  init(_ record: DecodedRecord) {
    header = record.header
    for field in record.fields where !field.name.isV9Scope {
      // Of a repeated element, the first non-empty value counts.
      let all = if case .repeated(let several) = field.value { several } else { [field.value] }
      let value = all.first { $0 != .octets([]) }
      switch field.name.element.enterprise {
      case 0: values[field.name.element.number] = value
      case FieldElement.reverseEnterprise: reverseValues[field.name.element.number] = value
      default: break
      }
    }
  }

  // MARK: Values

  /// Returns the first of several elements that is present and nonzero.
  private func integer(_ elements: UInt16...) -> UInt64? {
    let all = elements.compactMap { integer(of: $0) }
    return all.first { $0 != 0 } ?? all.last
  }

  private func integer(of element: UInt16) -> UInt64? {
    switch values[element] {
    case .unsigned(let value): value
    case .signed(let value): UInt64(bitPattern: value)
    case .boolean(let value): value ? 1 : 2
    // A float, or a length unexpected for the registry's type: the octets count.
    case .octets(let octets) where (1...8).contains(octets.count): octets.number
    default: nil
    }
  }

  private func v4(_ elements: UInt16...) -> IPAddress? {
    let all = elements.compactMap { element -> UInt32? in
      if case .ipv4(let address) = values[element] { address } else { nil }
    }
    return (all.first { $0 != 0 } ?? all.last).map { IPAddress(v4: $0) }
  }

  private func v6(_ elements: UInt16...) -> IPAddress? {
    let all = elements.compactMap { element -> IPAddress? in
      if case .ipv6(let address) = values[element] { address } else { nil }
    }
    return all.first { !$0.isUnspecified } ?? all.last
  }

  /// Returns the IPv6 address unless it is `::` or absent, otherwise the IPv4 address.
  private func address(_ v4: IPAddress?, _ v6: IPAddress?) -> IPAddress {
    if let v6, !v6.isUnspecified { return v6 }
    return v4 ?? .unspecified
  }

  private func mac(_ elements: UInt16...) -> UInt64 {
    for element in elements {
      if case .mac(let address) = values[element], address != 0 { return address }
    }
    return 0
  }

  // MARK: Times

  private var export: Int64 { header.exportMilliseconds }

  /// Returns the time of an uptime timestamp; nil if it is impossible.
  private func ended(_ stamp: UInt64) -> Int64? {
    let (stamp, now) = (Int64(stamp & 0xffff_ffff), Int64(header.sysUpTime))
    let wrap: Int64 = 1 << 32
    for ahead in [stamp - now, stamp - now + wrap] where (0...300_000).contains(ahead) { return export + ahead }
    if stamp < now { return export - (now - stamp) }
    let past = now - stamp + wrap
    return past <= wrap / 2 ? export - past : nil
  }

  /// Returns the time in one element, in milliseconds; nil if it is not set.
  private func moment(_ element: UInt16) -> Int64? {
    switch element {
    case 22, 21:
      // Element 160 is tested elsewhere.
      return integer(of: element).map { header.version == 10 ? export : ended($0) ?? export }
    case 158, 159: return integer(of: element).map { export &- Int64($0 / 1000) }
    default: break
    }
    switch values[element] {
    case .time(let time):
      let isUnset = time.nanoseconds == 0 && time.seconds == (Self.ntp.contains(element) ? -2_208_988_800 : 0)
      return isUnset ? nil : time.seconds * 1000 + Int64(time.nanoseconds / 1_000_000)
    // An unexpected length, or later than the year 9999: treated as an integer, except for NTP formats.
    case .octets(let octets) where (1...8).contains(octets.count) && !Self.ntp.contains(element):
      if octets.number == 0 { return nil }
      let isSeconds = [150, 151, 322].contains(element)
      return isSeconds ? Int64(octets.number & 0xffff_ffff) * 1000 : Int64(bitPattern: octets.number)
    default: return nil
    }
  }

  private static let ntp: Set<UInt16> = [154, 155, 156, 157, 324, 325]

  /// Whether a time depends on element 160, which may come from options data or an earlier record.
  var readsUpTimeOfIPFIX: Bool { header.version == 10 && (values[21] != nil || values[22] != nil) }

  /// Returns the first time element; in IPFIX, uptime timestamps come last.
  private func first(_ elements: [UInt16]) -> (element: UInt16, time: Int64)? {
    let late = elements.filter { header.version == 10 && ($0 == 21 || $0 == 22) }
    return (elements.filter { !late.contains($0) } + late).lazy.compactMap { element in
      moment(element).map { (element, $0) }
    }.first
  }

  /// Times of the first and last packet; rounded if they were in NTP format, so that they may be off by a millisecond.
  var times: (start: Int64, end: Int64) {
    let (start, end) = told
    return (min(start, end), end)
  }

  private var told: (start: Int64, end: Int64) {
    let start = first([152, 22, 154, 156, 150, 158])
    let end = first([153, 21, 155, 157, 151, 159, 323, 324, 325, 322, 258])
    let duration =
      integer(of: 161).map { Int64($0 & 0xffff_ffff) } ?? integer(of: 162).map { Int64($0 & 0xffff_ffff) / 1000 }
    switch (start, end) {
    case (let start?, let end?):
      if start.element == 22, end.element == 21, let first = integer(of: 22), let last = integer(of: 21) {
        let duration = Int64(UInt32(truncatingIfNeeded: last) &- UInt32(truncatingIfNeeded: first))
        return (duration > 0xffff_ffff - 3_600_000 ? end.time : end.time - duration, end.time)
      }
      return (start.time, end.time)
    case (let start?, nil): return (start.time, start.time &+ (duration ?? 0))
    case (nil, let end?): return (end.time &- (duration ?? 0), end.time)
    default: return (export, export)
    }
  }

  // MARK: The record

  /// Every field except times and origin, with the names of `FlowRecord.contents`.
  var contents: [String: String] {
    var numbers: [String: UInt64] = [
      "ingressInterface": integer(10, 252) ?? 0, "egressInterface": integer(14, 253) ?? 0,
      "sourceAS": integer(16) ?? 0, "destinationAS": integer(17) ?? 0, "vrf": integer(234, 235) ?? 0,
    ].mapValues { $0 & 0xffff_ffff }
    let words: [String: UInt64?] = [
      "sourcePort": integer(7, 182, 180), "destinationPort": integer(11, 183, 181), "sourceVLAN": integer(58, 243),
      "destinationVLAN": integer(59, 254), "tcpFlags": integer(6), "postNATSourcePort": integer(227),
      "postNATDestinationPort": integer(228), "portBlockStart": integer(361), "portBlockEnd": integer(362),
    ]
    let octets: [String: UInt64?] = [
      "protocol": integer(4, 193), "typeOfService": integer(5) ?? integer(195).map { $0 << 2 },
      "endReason": integer(136), "natEvent": integer(230), "firewallEvent": integer(233),
      "forwardingStatus": integer(89),
      "sourceMask": [29, 9].lazy.compactMap { integer(of: $0) }.first { $0 != 0 },
      "destinationMask": [30, 13].lazy.compactMap { integer(of: $0) }.first { $0 != 0 },
    ]
    numbers.merge(words.mapValues { ($0 ?? 0) & 0xffff }) { $1 }
    numbers.merge(octets.mapValues { ($0 ?? 0) & 0xff }) { $1 }
    numbers["layer2Segment"] = (integer(351) ?? 0) & 0xff_ffff
    numbers["octets"] = integer(1, 352, 231, 23)
    numbers["packets"] = integer(2, 298, 24)
    numbers["sourceMAC"] = mac(56, 81)
    numbers["destinationMAC"] = mac(80, 57)
    if let direction = integer(61), direction < 2 { numbers["direction"] = direction + 1 }
    (numbers["icmpType"], numbers["icmpCode"]) = icmp
    numbers["records"] = 1
    numbers["samplingRate"] = samplingRate
    for depth in UInt16(0)..<10 {
      if case .octets(let label) = values[70 + depth], label.count == 3 { numbers["mpls\(depth)"] = label.number }
    }
    if case .octets(let application) = values[95], (1...64).contains(application.count) {
      numbers["applicationEngine"] = UInt64(application[0])
      numbers["applicationSelector"] = Self.selector(application)
    }
    let addresses = [
      "source": address(v4(8, 44), v6(27, 170)), "destination": address(v4(12, 45), v6(28, 169)),
      "nextHop": address(v4(15, 18), v6(62, 63)), "postNATSource": address(v4(225), v6(281)),
      "postNATDestination": address(v4(226), v6(282)), "mplsTopLabelAddress": address(v4(47), v6(140)),
    ].filter { name, address in
      let isNone = address == IPAddress(v4: 0) && name != "source" && name != "destination"
      return !address.isUnspecified && !isNone
    }
    return addresses.mapValues(\.description).merging(numbers.filter { $0.value != 0 }.mapValues { String($0) }) { $1 }
  }

  /// The record of the reverse direction, equal to this one unless specified; nil if there is none.
  var reverse: [String: String]? {
    var other = self
    other.values = reverseValues
    var counts = (other.integer(1, 352, 23) ?? 0, other.integer(2, 24) ?? 0)
    if counts == (0, 0), isInitiators { counts = (integer(of: 232) ?? 0, integer(of: 299) ?? 0) }
    if counts == (0, 0) { return nil }
    var contents = contents
    for name in ["", "Port", "VLAN", "MAC", "AS", "Mask"] { swap(&contents, "source" + name, "destination" + name) }
    for name in ["", "Port"] { swap(&contents, "postNATSource" + name, "postNATDestination" + name) }
    swap(&contents, "ingressInterface", "egressInterface")
    for name in ["nextHop", "direction", "tcpFlags"] + (0..<10).map({ "mpls\($0)" }) { contents[name] = nil }
    var told: [String: UInt64] = ["octets": counts.0, "packets": counts.1]
    if let flags = other.integer(6) { told["tcpFlags"] = flags & 0xffff }
    if let service = other.integer(5) { told["typeOfService"] = service & 0xff }
    if let direction = other.integer(61), direction < 2 { told["direction"] = direction + 1 }
    if let interface = other.integer(10) { told["ingressInterface"] = interface & 0xffff_ffff }
    for (name, number) in told { contents[name] = number == 0 ? nil : String(number) }
    return contents
  }

  private func swap(_ contents: inout [String: String], _ a: String, _ b: String) {
    (contents[a], contents[b]) = (contents[b], contents[a])
  }

  /// Whether the record's own counts are the initiator's.
  private var isInitiators: Bool {
    if values[231] != nil {
      return [1, 352].allSatisfy { (integer(of: $0) ?? 0) == 0 }
        && (integer(of: 231) != 0 || integer(1, 352, 231, 23) == 0)
    }
    return values[298] != nil && (integer(of: 2) ?? 0) == 0 && (integer(of: 298) != 0 || integer(2, 298, 24) == 0)
  }

  /// Returns the part of an application id after the engine; for engine 20 the enterprise number, and the selector in
  /// 32 bits.
  static func selector(_ application: [UInt8]) -> UInt64 {
    guard application[0] == 20, application.count > 5 else { return Array(application[1...]).number }
    return Array(application[1..<5]).number << 32 | Array(application[5...]).number & 0xffff_ffff
  }

  /// Whether it may be a sampled packet, which `SectionTests` cover.
  var holdsSection: Bool { !Set(values.keys).isDisjoint(with: [104, 313, 315]) }

  /// Whether its counts depend on earlier records.
  var readsTotals: Bool {
    let elements = Set(values.keys)
    return !elements.isDisjoint(with: [85, 86, 171, 172, 353])
      || elements.contains(233) && !elements.isDisjoint(with: [231, 232, 298, 299])
  }

  private var icmp: (UInt64?, UInt64?) {
    let pair = [139, 32].compactMap { integer(of: $0) }.first { $0 != 0 } ?? 0
    let type = (integer(176, 178) ?? pair >> 8) & 255
    let code = (integer(177, 179) ?? pair) & 255
    let isTold = [139, 32, 176, 178, 177, 179].contains { integer(of: $0) != nil }
    guard let number = integer(4, 193).map({ $0 & 255 }), number == 1 || number == 58,
      let port = integer(11, 183, 181).map({ $0 & 0xffff })
    else { return (type, code) }
    if number == 1, [176, 177, 233].allSatisfy({ integer(of: $0) != nil }) { return (type, code) }
    let source = (integer(7, 182, 180) ?? 0) & 0xffff
    if isTold, type | code != 0 || source != 0 { return (type, code) }
    if (1...255).contains(source), port < 256 { return (source, port) }
    return number == 58 && port < 256 ? (port, 0) : (port >> 8, port & 255)
  }

  private var samplingRate: UInt64 {
    var rate: UInt64 = 1
    let interval = integer(34, 305, 50)
    if let interval, interval != 0 { rate = min(interval, 0xffff_ffff) }
    if values[34] == nil, integer(305) != nil, let space = integer(306) { rate = (rate + min(space, 1 << 40)) / rate }
    return min(rate, 0xffff_ffff)
  }
}
