import FlowModel
public import NetworkBytes

/// Replacement of addresses in messages to be shared.
public protocol AddressSubstitution: ~Copyable {
  /// Returns an address of the same family.
  mutating func substitute(_ address: IPAddress) -> IPAddress
  /// Returns 48 bits.
  mutating func substitute(mac: UInt64) -> UInt64
}

/// Anonymizes messages in place: they still decode, to records with other addresses.
///
/// IP and MAC addresses are substituted. Numbers, times, flags, MPLS labels, and the ids and names of applications are
/// kept. Everything else is overwritten with zeros: other strings, octets of unknown meaning, packet sections, lists,
/// padding, and data that no template describes.
public struct MessageAnonymizer: ~Copyable {
  public struct Counters: Sendable, Equatable {
    /// Number of substituted addresses.
    public var addresses: UInt64 = 0
    /// Number of overwritten fields.
    public var clearedFields: UInt64 = 0
    /// Number of overwritten data sets, whose template is unknown or whose kind is undefined.
    public var clearedSets: UInt64 = 0
  }

  public private(set) var counters = Counters()
  private var sessions: SessionTable
  private var layout = VariableRecordReader()
  private var budget = LearningBudget()
  private var edits: [Edit] = []

  /// Change to be made at a position of a message.
  private enum Edit {
    case ipv4(Int)
    case ipv6(Int)
    case mac(Int)
    case clear(Range<Int>)
  }

  public init() {
    var rules = SessionRules()
    rules.limits = .capture
    // Data without a template is overwritten, not held back.
    rules.limits.earlyOctets = 0
    rules.detectsRestarts = false
    sessions = SessionTable(rules)
  }

  /// Learns the templates of a message, so that data preceding them can be decoded. To be called for all messages of a
  /// capture in a first pass.
  public mutating func learn(_ message: RawSpan, from exporter: Endpoint, arrival: UnixNanoseconds) {
    guard let header = sessions.readHeader(of: message), header.version != 5 else { return }
    _ = dataSets(message, header, exporter, arrival)
  }

  /// Anonymizes a message.
  ///
  /// - Parameters:
  ///   - exporter: Sender of the message, with its original address.
  ///   - arrival: Nanoseconds since 1970 UTC.
  /// - Returns: False if this is not a message of a known version; it must then not be shared.
  public mutating func anonymize(
    _ message: inout [UInt8], from exporter: Endpoint, arrival: UnixNanoseconds,
    with substitution: inout some AddressSubstitution & ~Copyable
  ) -> Bool {
    guard let header = sessions.readHeader(of: message.rawSpan) else { return false }
    edits.removeAll(keepingCapacity: true)
    if header.version == 5 {
      planV5(message.rawSpan, header)
    } else {
      let sets = dataSets(message.rawSpan, header, exporter, arrival)
      planSets(message.rawSpan, header, sets)
    }
    if header.messageLength < message.count { edits.append(.clear(header.messageLength..<message.count)) }
    for edit in edits { apply(edit, to: &message, &substitution) }
    return true
  }

  // MARK: What is to be done

  /// Returns the message's data sets of known templates by the offset of their records.
  private mutating func dataSets(
    _ message: RawSpan, _ header: MessageHeader, _ exporter: Endpoint, _ arrival: UnixNanoseconds
  ) -> [Int: Template] {
    let place = sessions.place(of: header, from: exporter, to: 0, arrival: arrival, nil)
    defer { sessions.close(place, nil) }
    place.session.open(header, arrival: arrival, sessions.rules, nil)
    let before = place.session.counters
    var reader = SetReader(header)
    var sets: [Int: Template] = [:]
    while let set = reader.next(message, &place.session, sessions.rules, nil, &budget) {
      sets[set.content.lowerBound] = set.template
    }
    place.session.close(header, since: before)
    return sets
  }

  private mutating func planSets(_ message: RawSpan, _ header: MessageHeader, _ sets: [Int: Template]) {
    var offset = header.headerLength
    while header.messageLength - offset >= 4 {
      let (id, length) = (message.be16(offset), Int(message.be16(offset + 2)))
      guard length >= 4, length <= header.messageLength - offset else { break }
      let content = (offset + 4)..<(offset + length)
      if let template = sets[content.lowerBound] {
        planRecords(message.extracting(content), at: content.lowerBound, template)
      } else if id > 3 {
        counters.clearedSets &+= 1
        edits.append(.clear(content))
      }
      offset += length
    }
    if offset < header.messageLength { edits.append(.clear(offset..<header.messageLength)) }
  }

  private mutating func planRecords(_ set: RawSpan, at start: Int, _ template: Template) {
    let treatments = template.treatments
    var ignored = DecodeCounters()
    var end = 0
    layout.begin(set)
    while let record = layout.next(set, template, &ignored) {
      for (field, treatment) in treatments {
        let first = start + record.lowerBound + layout.layout.offsets[field]
        plan(treatment, first..<(first + layout.layout.lengths[field]))
      }
      end = record.upperBound
    }
    if end < set.byteCount { edits.append(.clear((start + end)..<(start + set.byteCount))) }
  }

  private mutating func plan(_ treatment: FieldTreatment, _ place: Range<Int>) {
    switch treatment {
    case .ipv4 where place.count == 4: edits.append(.ipv4(place.lowerBound))
    case .ipv6 where place.count == 16: edits.append(.ipv6(place.lowerBound))
    case .mac where place.count == 6: edits.append(.mac(place.lowerBound))
    default:
      counters.clearedFields &+= 1
      edits.append(.clear(place))
    }
  }

  /// Source, destination and next hop; octets 36, 46 and 47 are padding.
  private mutating func planV5(_ message: RawSpan, _ header: MessageHeader) {
    var ignored = DecodeCounters()
    let count = header.countV5Records(in: message, &ignored)
    for index in 0..<count {
      let record = header.headerLength + index * MessageHeader.v5RecordLength
      for offset in [0, 4, 8] { edits.append(.ipv4(record + offset)) }
      for padding in [36..<37, 46..<48] {
        edits.append(.clear((record + padding.lowerBound)..<(record + padding.upperBound)))
      }
    }
    let end = header.headerLength + count * MessageHeader.v5RecordLength
    if end < message.byteCount { edits.append(.clear(end..<message.byteCount)) }
  }

  // MARK: Doing it

  private mutating func apply(
    _ edit: Edit, to message: inout [UInt8], _ substitution: inout some AddressSubstitution & ~Copyable
  ) {
    switch edit {
    case .clear(let range):
      for index in range { message[index] = 0 }
    case .ipv4(let place):
      let address = message.rawSpan.be32(place)
      // Address is absent.
      if address == 0 { return }
      counters.addresses &+= 1
      message.store(UInt64(substitution.substitute(IPAddress(v4: address)).v4), at: place, octets: 4)
    case .ipv6(let place):
      let address = IPAddress(high: message.rawSpan.be64(place), low: message.rawSpan.be64(place + 8))
      if address.isUnspecified { return }
      counters.addresses &+= 1
      let new = substitution.substitute(address)
      message.store(new.high, at: place, octets: 8)
      message.store(new.low, at: place + 8, octets: 8)
    case .mac(let place):
      let address = UInt64(message.rawSpan.be16(place)) << 32 | UInt64(message.rawSpan.be32(place + 2))
      if address == 0 { return }
      counters.addresses &+= 1
      message.store(substitution.substitute(mac: address), at: place, octets: 6)
    }
  }
}

extension [UInt8] {
  /// Stores a value in network byte order.
  fileprivate mutating func store(_ value: UInt64, at place: Int, octets: Int) {
    for index in 0..<octets {
      self[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (octets - 1 - index)))
    }
  }
}
