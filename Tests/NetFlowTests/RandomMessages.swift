import NetFlow
import TestSupport

/// Generates v5, v9 and IPFIX messages with templates and data of every kind, and corrupts them on request.
struct RandomMessages {
  var numbers: SeededGenerator
  /// The fields of templates by session (version and domain) and id.
  private var templates: [[Int]: [UInt16: [[Int]]]] = [:]
  private var sequence = 0

  init(seed: UInt64) { numbers = SeededGenerator(seed: seed) }

  /// Elements for the same field of a record, at most one per template, with their lengths.
  private static let groups: [(elements: [Int], widths: [Int])] = [
    ([8, 44], [4]), ([12, 45], [4]), ([15, 18], [4]), ([27, 170], [16]), ([28, 169], [16]), ([62, 63], [16]),
    ([7, 182, 180], [2, 2, 1, 4]), ([11, 183, 181], [2, 2, 1, 8]), ([4, 193], [1]), ([5], [1, 2]), ([6], [1, 2]),
    ([1, 352, 231, 23], [4, 8, 5]), ([2, 298, 24], [4, 8, 3]), ([10, 252], [2, 4]),
    ([14, 253], [2, 4]), ([16], [2, 4]), ([17], [2, 4]), ([9], [1]), ([29], [1]), ([13], [1]), ([30], [1, 2]),
    ([152, 22, 154, 156, 150, 158], [4, 8]), ([153, 21, 155, 157, 151, 159, 323, 322, 258], [4, 8]), ([161, 162], [4]),
    ([32], [2]), ([139], [2, 4]), ([176, 178], [1]), ([177, 179], [1]), ([58, 243], [2]), ([59, 254], [2]),
    ([56, 81], [6]), ([80, 57], [6]), ([61], [1]), ([136], [1]), ([234, 235], [4]), ([34, 305], [1, 4]), ([306], [4]),
    ([225], [4]), ([281], [16]), ([226], [4]), ([282], [16]), ([227], [2]), ([228], [2]), ([95], [4, 2, 9, 8]),
    ([232], [4]), ([299], [4]), ([70], [3]), ([71], [3]), ([79], [3]), ([130], [4]), ([131], [16]),
  ]

  private mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &numbers) }
  private mutating func pick<Element>(_ list: [Element]) -> Element { list[number(0...(list.count - 1))] }

  /// Returns the next message.
  mutating func next() -> [UInt8] {
    sequence += number(0...40)
    switch number(0...6) {
    case 0:
      let records = (0..<number(1...30)).flatMap { _ in numbers.octets(48) }
      return Wire.v5(records, sequence: sequence, upTime: number(0...0xffff_ffff), sampling: number(0...0xffff))
    case 1...3:
      let domain = number(0...1)
      let sets = (0..<number(1...4)).flatMap { _ in set(9, domain) }
      return Wire.v9(sets, sequence: sequence, domain: domain, upTime: number(0...0xffff_ffff))
    default:
      let domain = number(0...1)
      return Wire.ipfix((0..<number(1...4)).flatMap { _ in set(10, domain) }, sequence: sequence, domain: domain)
    }
  }

  private mutating func set(_ version: Int, _ domain: Int) -> [UInt8] {
    let known = templates[[version, domain]] ?? [:]
    switch known.isEmpty ? 0 : number(0...9) {
    case 0, 1:
      let id = UInt16(number(256...259))
      let fields = fields(version)
      templates[[version, domain], default: [:]][id] = fields
      return Wire.set(version == 9 ? 0 : 2, Wire.template(Int(id), fields))
    case 2:
      let options =
        version == 9
        ? Wire.set(1, Wire.optionsTemplateV9(400, scopes: [[1, 4]], [[41, 8], [48, 1]]))
        : Wire.set(3, Wire.optionsTemplate(400, scopes: 1, [[149, 4], [41, 8], [302, 1]]))
      return options + Wire.set(400, numbers.octets(13 * number(0...3)))
    default:
      let id = pick(known.keys.sorted())
      let records = (0..<number(0...12)).flatMap { _ in record(known[id] ?? []) }
      return Wire.set(Int(id), records)
    }
  }

  private mutating func fields(_ version: Int) -> [[Int]] {
    var fields: [[Int]] = []
    for group in Self.groups where number(0...2) == 0 {
      let width = number(0...15) == 0 && group.widths[0] != 1 ? 65535 : pick(group.widths)
      fields.append([pick(group.elements), width])
    }
    if number(0...3) == 0 { fields.append([pick([82, 98, 20_000, 1, 8]), pick([0, 1, 3, 9])]) }
    if version == 10, number(0...3) == 0 { fields.append([pick([1, 8, 22]), 4, pick([9, 29305])]) }
    if version == 10, number(0...3) == 0 {
      for element in [2, 5, 6, 10, 61, 352] where number(0...1) == 0 {
        fields.append([element, element == 10 ? 4 : 1, 29305])
      }
    }
    if number(0...3) == 0 { fields.append([210, number(0...3)]) }
    fields.shuffle(using: &numbers)
    return [[4, 1]] + fields.filter { $0[0] != 4 }
  }

  private mutating func record(_ fields: [[Int]]) -> [UInt8] {
    fields.flatMap { field -> [UInt8] in
      if field[1] != 65535 { return content(field[1]) }
      // Of a valid length, because the choice between elements is made for a whole template.
      let widths = Self.groups.first { $0.elements.contains(field[0]) }?.widths ?? [4]
      return Wire.variable(content(widths[widths.count - 1]))
    }
  }

  /// Returns random octets; one time in six zeros, as with templates made for both IPv4 and IPv6.
  private mutating func content(_ count: Int) -> [UInt8] {
    number(0...5) == 0 ? Array(repeating: 0, count: count) : numbers.octets(count)
  }

  /// Corrupts a message in one to six places.
  mutating func spoil(_ message: inout [UInt8]) {
    for _ in 0..<number(1...6) where !message.isEmpty {
      let place = number(0...(message.count - 1))
      switch number(0...6) {
      case 0: message[place] ^= 1 << UInt8(number(0...7))
      case 1: message[place] = UInt8(number(0...255))
      case 2: message[place] = pick([0, 1, 0x7f, 0x80, 0xff])
      case 3: message.removeSubrange(place...)
      case 4: message.remove(at: place)
      case 5: message.insert(UInt8(number(0...255)), at: place)
      default: message.insert(contentsOf: message[place...].prefix(40), at: place)
      }
      // Half of the time corrects the IPFIX length; otherwise nothing would get past the header.
      if message.count >= 4, message[1] == 10, number(0...1) == 0 {
        message.replaceSubrange(2..<4, with: Wire.be16(message.count))
      }
    }
  }
}
