import FlowModel
import NetFlow
import TrafficGenerator

/// Generates export messages from choices: well-formed v5, v9 and IPFIX messages whose data match their templates,
/// output of the package's own encoder, and raw messages; any of them may then be corrupted.
struct MessageMaker {
  /// The sets to generate.
  enum Emphasis { case all, templates, options }

  private let emphasis: Emphasis
  /// Templates by version and domain, then identifier.
  private var templates: [Int: [Int: [WireField]]] = [:]
  private var encoders: [ExportVersion: MessageEncoder] = [:]
  private var traffic = SyntheticTraffic(seed: 1, model: Self.model)
  private var sequence = 0

  private static var model: SyntheticTraffic.Model {
    var model = SyntheticTraffic.Model()
    (model.hosts, model.peers) = (8, 8)
    return model
  }

  init(_ emphasis: Emphasis) { self.emphasis = emphasis }

  /// The kind of message, chosen by the first octet.
  private enum Kind: Int, CaseIterable { case raw, netFlow5, netFlow9, ipfix, encoder, netFlow9Again, ipfixAgain }

  /// Returns the choices that produce a raw message.
  static func choices(raw message: [UInt8]) -> [UInt8] { [0] + WireOctets.be16(message.count) + message + [0] }

  /// - Parameter time: milliseconds since 1970 UTC.
  mutating func next(_ choices: inout Choices, at time: Int64) -> [UInt8] {
    sequence += 1
    let seconds = Int(time / 1000)
    var message: [UInt8]
    switch Kind(rawValue: choices.number(0...(Kind.allCases.count - 1))) ?? .raw {
    case .raw: message = choices.octets(min(choices.number(0...65_535), 65_507))
    case .netFlow5:
      let count = choices.number(0...31)
      message =
        WireOctets.be16(5) + WireOctets.be16(count) + WireOctets.be32(60_000) + WireOctets.be32(seconds)
        + WireOctets.be32(0) + WireOctets.be32(sequence) + [choices.octet(), choices.octet()]
        + WireOctets.be16(choices.number(0...0xffff)) + choices.octets(48 * count)
    case .netFlow9, .netFlow9Again:
      let domain = choices.number(0...1)
      let sets = (0...choices.number(0...3)).flatMap { _ in set(9, domain, &choices) }
      message =
        WireOctets.be16(9) + WireOctets.be16(choices.number(0...40)) + WireOctets.be32(choices.pick([60_000, 0, -1]))
        + WireOctets.be32(seconds) + WireOctets.be32(sequence) + WireOctets.be32(domain) + sets
    case .ipfix, .ipfixAgain:
      let domain = choices.number(0...1)
      let sets = (0...choices.number(0...3)).flatMap { _ in set(10, domain, &choices) }
      message =
        WireOctets.be16(10) + WireOctets.be16(16 + sets.count) + WireOctets.be32(seconds) + WireOctets.be32(sequence)
        + WireOctets.be32(domain) + sets
    case .encoder: message = encoded(&choices, at: time)
    }
    for _ in 0..<max(0, choices.number(0...7) - 3) { Self.spoil(&message, &choices) }
    return message
  }

  private mutating func encoded(_ choices: inout Choices, at time: Int64) -> [UInt8] {
    let version = choices.pick(ExportVersion.allCases)
    var configuration = MessageEncoder.Configuration(version: version)
    configuration.samplingInterval = UInt32(choices.number(1...3))
    configuration.bootTime = time - 60_000
    configuration.fields = choices.isOne(in: 2) ? [.vlans, .macAddresses] : []
    guard var encoder = encoders[version] ?? (try? MessageEncoder(configuration)) else { return [] }
    var message: [UInt8] = []
    let records = (0...choices.number(0...20)).map { _ in traffic.next(at: time) }
    _ = encoder.encode(records.span, at: time, into: &message)
    encoders[version] = encoder
    return message
  }

  // MARK: Sets

  private mutating func set(_ version: Int, _ domain: Int, _ choices: inout Choices) -> [UInt8] {
    let place = version << 1 | domain
    let known = templates[place] ?? [:]
    let kind = choices.number(0...9)
    switch emphasis {
    case .options where kind < 6: return options(version, &choices)
    case .all where kind == 0: return options(version, &choices)
    case .templates where kind < 5, .all where kind < 3 || known.isEmpty, .options where known.isEmpty:
      let identifier = choices.number(255...260)
      // Withdrawals (RFC 7011 §8.1).
      if version == 10, choices.isOne(in: 16) { return WireOctets.set(2, WireOctets.be16(identifier) + [0, 0]) }
      let fields = fields(version, &choices)
      templates[place, default: [:]][identifier] = fields
      let count = choices.isOne(in: 16) ? choices.number(0...0xffff) : fields.count
      return WireOctets.set(
        version == 9 ? 0 : 2, WireOctets.be16(identifier) + WireOctets.be16(count) + fields.flatMap(\.specifier))
    case .all, .templates, .options:
      guard let identifier = known.keys.sorted().first(where: { _ in choices.isOne(in: 2) }) ?? known.keys.min() else {
        return []
      }
      let records = (0..<choices.number(0...12)).flatMap { _ in record(known[identifier] ?? [], &choices) }
      return WireOctets.set(identifier, records + choices.octets(choices.number(0...3)))
    }
  }

  private mutating func fields(_ version: Int, _ choices: inout Choices) -> [WireField] {
    (0..<choices.number(0...12)).map { _ in
      var field = choices.pick(Self.common)
      switch choices.number(0...9) {
      case 0: field.length = choices.pick([0, 1, 2, 3, 4, 8, 16, 40, 1500])
      case 1 where version == 10: field.length = WireField.varying
      case 2: field.element = choices.number(0...0x7fff)
      case 3 where version == 10: field.enterprise = choices.pick([9, 29_305, 6876, 1])
      default: break
      }
      return field
    }
  }

  /// Elements that fill columns, lists (RFC 6313), and packet sections, with their usual lengths.
  private static let common: [WireField] = [
    (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (1, 4), (2, 4), (22, 4), (21, 4), (152, 8), (153, 8),
    (27, 16), (28, 16), (15, 4), (10, 4), (14, 4), (6, 2), (5, 1), (61, 1), (136, 1), (150, 4), (151, 4), (154, 8),
    (155, 8), (156, 8), (157, 8), (160, 8), (34, 4), (48, 1), (302, 8), (305, 4), (306, 4), (85, 8), (86, 8), (231, 8),
    (232, 8), (298, 8), (299, 8), (233, 1), (230, 1), (148, 8), (225, 4), (226, 4), (227, 2), (228, 2), (234, 4),
    (235, 4), (351, 8), (70, 3), (71, 3), (79, 3), (56, 6), (80, 6), (95, 4), (96, 65_535), (82, 65_535), (94, 16),
    (104, 65_535), (313, 65_535), (315, 65_535), (291, 65_535), (292, 65_535), (293, 65_535), (210, 3), (258, 8),
    (322, 4), (323, 8), (324, 8), (352, 8), (23, 8), (24, 8), (371, 65_535), (460, 65_535), (89, 1), (192, 1),
  ].map { WireField(element: $0.0, length: $0.1) }

  private func record(_ fields: [WireField], _ choices: inout Choices) -> [UInt8] {
    fields.flatMap { field -> [UInt8] in
      if field.length != WireField.varying { return choices.octets(field.length) }
      if (291...293).contains(field.element) { return WireOctets.variable(list(field.element, &choices)) }
      return WireOctets.variable(choices.octets(choices.pick([0, 1, 2, 4, 8, 40, 254, 255, 300])))
    }
  }

  /// Returns a structured field (RFC 6313 §4.5).
  private func list(_ element: Int, _ choices: inout Choices) -> [UInt8] {
    let semantic = choices.octet()
    switch element {
    case 291:
      let field = choices.pick(Self.common)
      return [semantic] + field.specifier + choices.octets(choices.number(0...24))
    case 292: return [semantic] + WireOctets.be16(choices.number(255...260)) + choices.octets(choices.number(0...32))
    default:
      return [semantic] + WireOctets.be16(choices.number(255...260)) + WireOctets.be16(choices.number(0...40))
        + choices.octets(choices.number(0...32))
    }
  }

  // MARK: Options

  /// Scopes of options: samplers and selectors, interfaces, VRFs, applications, enterprise-specific elements, the
  /// exporter itself.
  private static let scopes: [WireField] = [
    (149, 4), (143, 4), (10, 4), (14, 4), (95, 4), (234, 4), (302, 8), (144, 4), (303, 2),
  ]
  .map { WireField(element: $0.0, length: $0.1) }
  private static let told: [WireField] = [
    (48, 1), (49, 1), (50, 4), (34, 4), (35, 1), (305, 4), (306, 4), (304, 2), (309, 4), (310, 4), (82, 16), (83, 32),
    (82, 65_535), (94, 16), (96, 24), (96, 65_535), (236, 16), (84, 16), (160, 8), (41, 8), (42, 8), (40, 8),
    (341, 65_535), (346, 4),
    (339, 1), (344, 1), (303, 2), (345, 2),
  ].map { WireField(element: $0.0, length: $0.1) }

  /// Returns an options template with records, for one message.
  private func options(_ version: Int, _ choices: inout Choices) -> [UInt8] {
    let identifier = choices.number(400...403)
    let scopes = (0..<choices.number(0...2)).map { _ in
      version == 10
        ? choices.pick(Self.scopes) : WireField(element: choices.number(0...5), length: choices.pick([4, 0, 2, 1, 16]))
    }
    let fields = (0..<choices.number(0...5)).map { _ in
      var field = choices.pick(Self.told)
      if version == 9, field.length == WireField.varying { field.length = 24 }
      if choices.isOne(in: 8) { field.length = choices.pick([0, 1, 2, 4, 8, 16]) }
      return field
    }
    let specifiers = (scopes + fields).flatMap(\.specifier)
    let template =
      version == 10
      ? WireOctets.be16(scopes.count + fields.count) + WireOctets.be16(scopes.count)
      : WireOctets.be16(4 * scopes.count) + WireOctets.be16(4 * fields.count)
    let records = (0..<choices.number(0...6)).flatMap { _ in record(scopes + fields, &choices) }
    return WireOctets.set(version == 10 ? 3 : 1, WireOctets.be16(identifier) + template + specifiers)
      + WireOctets.set(identifier, records)
  }

  // MARK: Corruption

  /// Changes a message in one place.
  private static func spoil(_ message: inout [UInt8], _ choices: inout Choices) {
    guard !message.isEmpty else { return }
    let place = choices.number(0...0xffff) % message.count
    switch choices.number(0...6) {
    case 0: message[place] ^= 1 << UInt8(choices.number(0...7))
    case 1: message[place] = choices.octet()
    case 2: message[place] = choices.pick([0, 1, 0x7f, 0x80, 0xff])
    case 3: message.removeSubrange(place...)
    case 4: message.remove(at: place)
    case 5: message.insert(choices.octet(), at: place)
    default: message.insert(contentsOf: message[place...].prefix(40), at: place)
    }
    // Half of the time corrects the IPFIX length; otherwise nothing would get past the header.
    if message.count >= 4, message[1] == 10, choices.isOne(in: 2) {
      message.replaceSubrange(2..<4, with: WireOctets.be16(message.count))
    }
  }
}
