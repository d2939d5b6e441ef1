import NetworkBytes

/// Next item of a template set.
enum TemplateRecord {
  case template(TemplateOutline)
  /// IPFIX: withdrawal of the template with this id, or of all of the set's kind if it is the set's own id (RFC 7011
  /// §8.1).
  case withdrawal(UInt16)
  /// Malformed, but the next template in the set can be found.
  case bad
}

/// Reads the templates of a template set or options template set one after the other.
///
/// A malformed template is skipped if the position of the next one is known; otherwise the rest of the set is skipped.
struct TemplateReader {
  private let version: UInt16
  private let kind: TemplateDefinition.Kind
  private var offset = 0

  /// - Parameter kind: `.options` for v9 set 1 and IPFIX set 3.
  init(version: UInt16, kind: TemplateDefinition.Kind) {
    self.version = version
    self.kind = kind
  }

  /// Returns the next template of `set` (without the set header), or nil at its end.
  mutating func next(_ set: RawSpan) -> TemplateRecord? {
    // Fewer octets than a template header, or only zeros, are padding (RFC 7011 §3.3.1).
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
    return id >= 256 || id == (kind == .flow ? 2 : 3) ? .withdrawal(id) : .bad
  }

  private mutating func giveUp(_ set: RawSpan) -> TemplateRecord {
    offset = set.byteCount
    return .bad
  }

  /// RFC 3954 §5.2, RFC 7011 §3.4.1.
  private mutating func template(_ id: UInt16, _ set: RawSpan) -> TemplateRecord {
    let count = Int(set.be16(offset + 2))
    guard let outline = outline(id, set, fieldCount: count, scopeCount: 0, from: offset + 4) else {
      return giveUp(set)
    }
    return check(outline, set)
  }

  /// RFC 7011 §3.4.2.2: template id, field count, scope field count.
  private mutating func optionsTemplate(_ id: UInt16, _ set: RawSpan) -> TemplateRecord {
    guard set.byteCount - offset >= 6 else { return giveUp(set) }
    let count = Int(set.be16(offset + 2))
    let scopeCount = Int(set.be16(offset + 4))
    guard let outline = outline(id, set, fieldCount: count, scopeCount: scopeCount, from: offset + 6) else {
      return giveUp(set)
    }
    guard scopeCount > 0, scopeCount <= count else { return .bad }
    return check(outline, set)
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
    let outline = TemplateOutline(
      id: id, version: version, kind: kind, fieldCount: (scopeOctets + optionOctets) / 4, scopeCount: scopeOctets / 4,
      start: first)
    return check(outline, set)
  }

  private func check(_ outline: TemplateOutline, _ set: RawSpan) -> TemplateRecord {
    outline.hasLength(in: set) ? .template(outline) : .bad
  }

  /// Returns the outline of a template whose field specifiers begin at `start` and advances past it; nil if the set has
  /// fewer.
  private mutating func outline(
    _ id: UInt16, _ set: RawSpan, fieldCount: Int, scopeCount: Int, from start: Int
  ) -> TemplateOutline? {
    var at = start
    guard set.byteCount - at >= fieldCount * 4 else { return nil }
    for _ in 0..<fieldCount {
      guard set.byteCount - at >= 4 else { return nil }
      let hasEnterprise = version == 10 && set.octet(at) & 0x80 != 0
      at += hasEnterprise ? 8 : 4
      guard at <= set.byteCount else { return nil }
    }
    offset = at
    return TemplateOutline(
      id: id, version: version, kind: kind, fieldCount: fieldCount, scopeCount: scopeCount, start: start)
  }
}

extension RawSpan {
  /// Returns whether all octets from `offset` to the end are zero.
  func isZero(from offset: Int) -> Bool {
    var offset = offset
    while offset < byteCount {
      if octet(offset) != 0 { return false }
      offset += 1
    }
    return true
  }
}
