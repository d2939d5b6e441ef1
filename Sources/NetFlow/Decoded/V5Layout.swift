import FlowModel
import NetworkBytes

/// Fields of a v5 record (Cisco, "NetFlow Export Datagram Format") by the names of the corresponding IANA elements.
enum V5Layout {
  /// Element, offset in the record, and length, in wire order. Input and output are SNMP indices; 36 and 46 are
  /// padding.
  private static let places: [(element: InformationElementID, offset: Int, length: Int)] = [
    (.sourceIPv4Address, 0, 4),
    (.destinationIPv4Address, 4, 4),
    (.ipNextHopIPv4Address, 8, 4),
    (.ingressInterface, 12, 2),
    (.egressInterface, 14, 2),
    (.packetDeltaCount, 16, 4),
    (.octetDeltaCount, 20, 4),
    (.flowStartSysUpTime, 24, 4),
    (.flowEndSysUpTime, 28, 4),
    (.sourceTransportPort, 32, 2),
    (.destinationTransportPort, 34, 2),
    (.tcpControlBits, 37, 1),
    (.protocolIdentifier, 38, 1),
    (.ipClassOfService, 39, 1),
    (.bgpSourceAsNumber, 40, 2),
    (.bgpDestinationAsNumber, 42, 2),
    (.sourceIPv4PrefixLength, 44, 1),
    (.destinationIPv4PrefixLength, 45, 1),
  ]

  private static let fields = places.map { place in
    let name = FieldName(FieldElement(place.element))
    return (name: name, type: name.type, place: place.offset..<(place.offset + place.length))
  }

  /// Returns the fields of a record of 48 octets, and the sampling interval of the header, which applies to all
  /// records.
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

  private static let samplingInterval = FieldName(FieldElement(.samplingInterval))
  private static let samplingAlgorithm = FieldName(FieldElement(.samplingAlgorithm))
}
