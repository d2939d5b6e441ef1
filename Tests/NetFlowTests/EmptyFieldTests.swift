import NetFlow
import NetworkBytes
import Testing

/// A template can have thousands of zero-length fields; each octet of data is then a record with all of them.
@Suite("Fields of no length in records that are decoded in full")
struct EmptyFieldTests {
  private static let exporter = Endpoint(address: IPAddress(v4: 1), port: 1)

  /// Decodes records of one octet with `empty` zero-length fields each.
  private static func records(_ count: Int, empty: Int, isRepeated: Bool = true) -> [DecodedRecord] {
    // Two alternating elements, or all distinct.
    let fields = (0..<empty).map { [isRepeated ? [8, 12][$0 % 2] : 600 + $0, 0] } + [[4, 1]]
    var decoder = RecordDecoder()
    var records: [DecodedRecord] = []
    decoder.decode(
      Wire.ipfix(Wire.set(2, Wire.template(256, fields))).rawSpan, from: exporter, arrival: 0, into: &records)
    let data = Wire.set(256, [UInt8](repeating: 17, count: count))
    decoder.decode(Wire.ipfix(data).rawSpan, from: exporter, arrival: 0, into: &records)
    // The limit applies to each message, not to all.
    decoder.decode(Wire.ipfix(data).rawSpan, from: exporter, arrival: 0, into: &records)
    return records
  }

  @Test("are all there while a message has few", arguments: [0, 1, 2, 300])
  func few(empty: Int) {
    let records = Self.records(800, empty: empty)
    #expect(records.count == 1600)
    for record in records {
      #expect(record.emptyLeftOut == 0)
      #expect(record.fields.last?.value == .unsigned(17))
      #expect(record.fields.count == min(empty, 2) + 1)
    }
  }

  @Test("are left out, and counted in each record, once a message has had 262,144", arguments: [true, false])
  func many(isRepeated: Bool) {
    let records = Self.records(1000, empty: 10_000, isRepeated: isRepeated)
    #expect(records.count == 2000)
    for (number, record) in records.enumerated() {
      let isWhole = number % 1000 < 26
      #expect(record.emptyLeftOut == (isWhole ? 0 : 10_000))
      #expect(record.fields.count == (isWhole ? isRepeated ? 3 : 10_001 : 1))
      #expect(record.fields.last?.value == .unsigned(17))
    }
  }
}
