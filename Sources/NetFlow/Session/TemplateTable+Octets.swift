import NetworkBytes

extension TemplateTable {
  /// Appends the templates to a checkpoint.
  func append(to octets: inout OctetWriter) {
    let known = known
    octets.append(count: known.count)
    for template in known { template.append(to: &octets) }
  }

  /// Reads the templates from a checkpoint.
  ///
  /// - Parameter version: Version of the session.
  init(_ octets: inout OctetReader, version: UInt16) throws(OctetFault) {
    self.init()
    for _ in 0..<(try octets.count(of: 10)) {
      guard restore(try Known(&octets, version: version)) else { throw .badValue }
    }
  }
}

extension TemplateTable.Known {
  fileprivate func append(to octets: inout OctetWriter) {
    octets.append(defined)
    octets.append(refreshed)
    octets.append(interval)
    octets.append(message ?? 0)
    octets.append(messages ?? 0)
    definition.append(to: &octets)
  }

  fileprivate init(_ octets: inout OctetReader, version: UInt16) throws(OctetFault) {
    defined = try octets.word()
    refreshed = try octets.bounded()
    interval = try octets.bounded()
    message = try octets.word()
    messages = (try octets.number() as UInt64) & (1 << 60 - 1)
    definition = try TemplateDefinition(&octets, version: version)
  }
}

extension TemplateDefinition {
  /// Fields take most of a checkpoint: usually two or three octets each.
  fileprivate func append(to octets: inout OctetWriter) {
    octets.append(id)
    octets.append(kind == .options)
    octets.append(count: scopeCount)
    octets.append(count: fields.count)
    for field in fields {
      // The element's number has 15 bits; higher bits are flags for further values.
      let flags: UInt32 = (field.isV9Scope ? 1 << 16 : 0) | (field.element.enterprise != 0 ? 1 << 17 : 0)
      octets.append(UInt32(field.element.number) | flags)
      octets.append(field.length)
      if field.element.enterprise != 0 { octets.append(field.element.enterprise) }
    }
  }

  fileprivate init(_ octets: inout OctetReader, version: UInt16) throws(OctetFault) {
    let id: UInt16 = try octets.number()
    let isOptions = try octets.flag()
    let scopeCount = Int(try octets.number() as UInt16)
    let count = try octets.count(of: 2)
    guard id >= 256, scopeCount <= count, isOptions || scopeCount == 0 else { throw .badValue }
    var fields: [FieldSpecifier] = []
    fields.reserveCapacity(count)
    for _ in 0..<count {
      let word: UInt32 = try octets.number()
      let length: UInt16 = try octets.number()
      guard word < 1 << 18 else { throw .badValue }
      var element = FieldElement(UInt16(truncatingIfNeeded: word))
      if word & 1 << 17 != 0 { element.enterprise = try octets.number() }
      fields.append(FieldSpecifier(element, length: length, isV9Scope: word & 1 << 16 != 0))
    }
    self.init(
      id: id, version: version, kind: isOptions ? .options : .flow, fields: fields, scopeCount: scopeCount)
  }
}
