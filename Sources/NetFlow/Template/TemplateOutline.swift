import NetworkBytes

/// Complete template in a set that has not been parsed yet: nearly all are known already.
struct TemplateOutline {
  var id: UInt16
  var version: UInt16
  var kind: TemplateDefinition.Kind
  var fieldCount: Int
  var scopeCount: Int
  /// Offset of the first field specifier in the set.
  var start: Int
}

extension TemplateOutline {
  /// Returns whether any field has a length. Otherwise a set would have infinitely many records.
  func hasLength(in set: RawSpan) -> Bool {
    var at = start
    for _ in 0..<fieldCount where field(in: set, at: &at).length > 0 { return true }
    return false
  }

  /// Returns whether this is the outline of a known definition.
  func isOutline(of known: TemplateDefinition, in set: RawSpan) -> Bool {
    guard known.id == id, known.version == version, known.kind == kind, known.scopeCount == scopeCount,
      known.fields.count == fieldCount
    else { return false }
    var at = start
    for index in 0..<fieldCount where field(in: set, at: &at, index) != known.fields[index] { return false }
    return true
  }

  func definition(in set: RawSpan) -> TemplateDefinition {
    var fields: [FieldSpecifier] = []
    fields.reserveCapacity(fieldCount)
    var at = start
    for index in 0..<fieldCount { fields.append(field(in: set, at: &at, index)) }
    return TemplateDefinition(id: id, version: version, kind: kind, fields: fields, scopeCount: scopeCount)
  }

  /// Reads the field specifier at `at` and advances it (RFC 7011 §3.2, RFC 3954 §5.2 and §6.1).
  @inline(__always)
  private func field(in set: RawSpan, at: inout Int, _ index: Int = 0) -> FieldSpecifier {
    var element = FieldElement(set.be16(at))
    let length = set.be16(at + 2)
    at += 4
    if version == 10, element.number & 0x8000 != 0 {
      element = FieldElement(element.number & 0x7fff, enterprise: set.be32(at))
      at += 4
    }
    let isV9Scope = version == 9 && kind == .options && index < scopeCount
    return FieldSpecifier(element, length: length, isV9Scope: isV9Scope)
  }
}
