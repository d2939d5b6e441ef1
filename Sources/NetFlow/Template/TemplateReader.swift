import NetworkBytes

/// What stands next in a template set.
enum TemplateRecord {
  case template(TemplateDefinition)
  /// IPFIX withdrawals are not obeyed over UDP (RFC 7011 §8.4).
  case withdrawal
  /// Malformed, and the next template in the set can still be found.
  case bad
}

/// Reads the templates of one template set or options template set, one after the other.
///
/// What is malformed is told apart by whether the place of the next template is known: if it is not, the rest of the set
/// is given up.
struct TemplateReader {
  private let version: UInt16
  private let kind: TemplateDefinition.Kind
  private var offset = 0

  /// - Parameter kind: `.options` for v9 set 1 and IPFIX set 3.
  init(version: UInt16, kind: TemplateDefinition.Kind) {
    self.version = version
    self.kind = kind
  }

  /// The next template of `set` (the set's content without its header), or nil at its end.
  mutating func next(_ set: RawSpan) -> TemplateRecord? {
    // Fewer octets than a template header, or nothing but zeros, is padding (RFC 7011 §3.3.1).
    guard set.byteCount - offset >= 4, !set.isZero(from: offset) else { return nil }
    let id = set.be16(offset)
    if version == 10, set.be16(offset + 2) == 0 {
      return withdrawal(of: id)
    }
    guard id >= 256 else { return giveUp(set) }
    switch (kind, version) {
    case (.flow, _): return template(id, set)
    case (.options, 9): return optionsTemplateV9(id, set)
    case (.options, _): return optionsTemplate(id, set)
    }
  }

  private mutating func withdrawal(of id: UInt16) -> TemplateRecord {
    offset += 4
    // Of one template, or of all of a kind (RFC 7011 §8.1).
    return id >= 256 || id == (kind == .flow ? 2 : 3) ? .withdrawal : .bad
  }

  private mutating func giveUp(_ set: RawSpan) -> TemplateRecord {
    offset = set.byteCount
    return .bad
  }

  /// RFC 3954 §5.2, RFC 7011 §3.4.1.
  private mutating func template(_ id: UInt16, _ set: RawSpan) -> TemplateRecord {
    let count = Int(set.be16(offset + 2))
    guard let fields = readFields(set, count: count, from: offset + 4) else { return giveUp(set) }
    return make(id, fields, scopeCount: 0)
  }

  /// RFC 7011 §3.4.2.2: template id, field count, scope field count.
  private mutating func optionsTemplate(_ id: UInt16, _ set: RawSpan) -> TemplateRecord {
    guard set.byteCount - offset >= 6 else { return giveUp(set) }
    let count = Int(set.be16(offset + 2))
    let scopeCount = Int(set.be16(offset + 4))
    guard let fields = readFields(set, count: count, from: offset + 6) else { return giveUp(set) }
    guard scopeCount > 0, scopeCount <= count else { return .bad }
    return make(id, fields, scopeCount: scopeCount)
  }

  /// RFC 3954 §6.1: template id, octets of scope fields, octets of option fields.
  private mutating func optionsTemplateV9(_ id: UInt16, _ set: RawSpan) -> TemplateRecord {
    guard set.byteCount - offset >= 6 else { return giveUp(set) }
    let scopeOctets = Int(set.be16(offset + 2))
    let optionOctets = Int(set.be16(offset + 4))
    let first = offset + 6
    guard scopeOctets + optionOctets <= set.byteCount - first else { return giveUp(set) }
    offset = first + scopeOctets + optionOctets
    guard scopeOctets % 4 == 0, optionOctets % 4 == 0 else { return .bad }
    let scopeCount = scopeOctets / 4
    let fields = (0..<(scopeOctets + optionOctets) / 4).map { index in
      FieldSpecifier(
        FieldElement(set.be16(first + index * 4)), length: set.be16(first + index * 4 + 2),
        isV9Scope: index < scopeCount)
    }
    return make(id, fields, scopeCount: scopeCount)
  }

  private func make(_ id: UInt16, _ fields: [FieldSpecifier], scopeCount: Int) -> TemplateRecord {
    let definition = TemplateDefinition(id: id, version: version, kind: kind, fields: fields, scopeCount: scopeCount)
    return definition.minimumLength > 0 ? .template(definition) : .bad
  }

  /// Reads `count` field specifiers and moves on behind them; nil if the set does not hold that many.
  private mutating func readFields(_ set: RawSpan, count: Int, from start: Int) -> [FieldSpecifier]? {
    var at = start
    guard set.byteCount - at >= count * 4 else { return nil }
    var fields: [FieldSpecifier] = []
    fields.reserveCapacity(count)
    for _ in 0..<count {
      guard set.byteCount - at >= 4 else { return nil }
      var element = FieldElement(set.be16(at))
      let length = set.be16(at + 2)
      at += 4
      if version == 10, element.number & 0x8000 != 0 {
        guard set.byteCount - at >= 4 else { return nil }
        element = FieldElement(element.number & 0x7fff, enterprise: set.be32(at))
        at += 4
      }
      fields.append(FieldSpecifier(element, length: length))
    }
    offset = at
    return fields
  }
}

extension RawSpan {
  /// Whether every octet from `offset` to the end is zero.
  func isZero(from offset: Int) -> Bool {
    var offset = offset
    while offset < byteCount {
      if octet(offset) != 0 { return false }
      offset += 1
    }
    return true
  }
}
