import NetworkBytes

/// The fields of a v5 record (Cisco, "NetFlow Export Datagram Format") by the names of their IANA elements.
enum V5Layout {
  /// Element, offset in the record, octets; in wire order. Input and output are SNMP indices; 36 and 46 are padding.
  private static let places: [(element: UInt16, offset: Int, length: Int)] = [
    (8, 0, 4), (12, 4, 4), (15, 8, 4), (10, 12, 2), (14, 14, 2), (2, 16, 4), (1, 20, 4), (22, 24, 4), (21, 28, 4),
    (7, 32, 2), (11, 34, 2), (6, 37, 1), (4, 38, 1), (5, 39, 1), (16, 40, 2), (17, 42, 2), (9, 44, 1), (13, 45, 1),
  ]

  private static let fields = places.map { place in
    let name = FieldName(InformationElementID(place.element))
    return (name: name, type: name.type, place: place.offset..<(place.offset + place.length))
  }

  /// The fields of one record of 48 octets, and the sampling that the header tells of all.
  static func fields(of record: RawSpan, _ header: MessageHeader) -> [DecodedField] {
    var decoded: [DecodedField] = []
    decoded.reserveCapacity(fields.count + 2)
    for field in fields {
      let value = FieldValue(record.extracting(field.place), type: field.type)
      decoded.append(DecodedField(name: field.name, value: value))
    }
    let sampling = UInt64(header.sampling)
    decoded.append(DecodedField(name: samplingInterval, value: .unsigned(sampling & 0x3fff)))
    decoded.append(DecodedField(name: samplingAlgorithm, value: .unsigned(sampling >> 14)))
    return decoded
  }

  private static let samplingInterval = FieldName(InformationElementID(34))
  private static let samplingAlgorithm = FieldName(InformationElementID(35))
}
