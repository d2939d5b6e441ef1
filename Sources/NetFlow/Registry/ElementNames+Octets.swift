import NetworkBytes

extension ElementNames {
  /// Appends the names to a checkpoint.
  func append(to octets: inout OctetWriter) {
    octets.append(count: count)
    for (element, entry) in all {
      octets.append(element.enterprise)
      octets.append(element.number)
      octets.append(octet: entry.type.number)
      octets.append(entry.name)
    }
  }

  /// Reads the names from a checkpoint; invalid names and types of later versions are skipped.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    self.init()
    for _ in 0..<(try octets.count(of: 4)) {
      let enterprise: UInt32 = try octets.number()
      let element = FieldElement(try octets.number(), enterprise: enterprise)
      let (type, name) = (AbstractType(number: UInt64(try octets.octet())), try octets.text())
      if let type { try? set(name, type, for: element) }
    }
  }
}
