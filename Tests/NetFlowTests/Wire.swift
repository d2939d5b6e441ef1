import NetFlow
import NetworkBytes

/// Builds messages octet by octet, including malformed ones.
enum Wire {
  typealias Octets = [UInt8]

  static func be16(_ value: Int) -> Octets {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }
  static func be32(_ value: Int) -> Octets { be16(value >> 16) + be16(value) }

  /// Parses hexadecimal digits; spaces are ignored.
  static func hex(_ text: String) -> Octets {
    let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  static func set(_ id: Int, _ content: Octets) -> Octets { be16(id) + be16(4 + content.count) + content }

  static func ipfix(
    _ sets: Octets..., sequence: Int = 0, domain: Int = 1, exportTime: Int = 1_750_000_000, length: Int? = nil
  ) -> Octets {
    let content = Array(sets.joined())
    return be16(10) + be16(length ?? 16 + content.count) + be32(exportTime) + be32(sequence) + be32(domain) + content
  }

  static func v9(
    _ sets: Octets..., sequence: Int = 0, domain: Int = 1, exportTime: Int = 1_750_000_000, upTime: Int = 60_000
  ) -> Octets {
    be16(9) + be16(1) + be32(upTime) + be32(exportTime) + be32(sequence) + be32(domain) + Array(sets.joined())
  }

  static func v5(
    _ records: Octets, count: Int? = nil, sequence: Int = 0, exportTime: Int = 1_750_000_000,
    nanoseconds: Int = 0, upTime: Int = 60_000, sampling: Int = 0
  ) -> Octets {
    be16(5) + be16(count ?? records.count / 48) + be32(upTime) + be32(exportTime) + be32(nanoseconds)
      + be32(sequence) + [1, 2] + be16(sampling) + records
  }

  /// A v5 record in which every field has a distinct value.
  static let v5Record = hex(
    """
    0a000001 0a000002 0a0000fe 0003 0004 00000005 00000600 00002710 00004e20
    c350 01bb 00 1b 06 b8 fde8 fde9 18 10 0000
    """)

  /// Returns a template record; a field is element and length, with an optional enterprise number.
  static func template(_ id: Int, _ fields: [[Int]], count: Int? = nil) -> Octets {
    be16(id) + be16(count ?? fields.count) + specifiers(fields)
  }

  static func optionsTemplate(_ id: Int, scopes: Int, _ fields: [[Int]]) -> Octets {
    be16(id) + be16(fields.count) + be16(scopes) + specifiers(fields)
  }

  static func optionsTemplateV9(
    _ id: Int, scopes: [[Int]], _ fields: [[Int]], scopeOctets: Int? = nil, optionOctets: Int? = nil
  ) -> Octets {
    be16(id) + be16(scopeOctets ?? scopes.count * 4) + be16(optionOctets ?? fields.count * 4)
      + specifiers(scopes) + specifiers(fields)
  }

  private static func specifiers(_ fields: [[Int]]) -> Octets {
    fields.flatMap { field in
      field.count == 3
        ? be16(field[0] | 0x8000) + be16(field[1]) + be32(field[2]) : be16(field[0]) + be16(field[1])
    }
  }

  /// Returns a variable-length value with its length prefix, in the long form from 255 octets (RFC 7011 §7).
  static func variable(_ content: Octets) -> Octets {
    content.count < 255 ? [UInt8(content.count)] + content : [255] + be16(content.count) + content
  }

  static let exporter = Endpoint(address: IPAddress(v4: 0xc612_0001), port: 50_000)
}

/// Messages decoded in order by a new decoder.
struct Decoded {
  var records: [DecodedRecord] = []
  var counters = DecodeCounters()

  init(_ messages: [[UInt8]], from exporter: Endpoint = Wire.exporter) {
    var decoder = RecordDecoder()
    for message in messages { decoder.decode(message.rawSpan, from: exporter, arrival: 0, into: &records) }
    counters = decoder.counters
  }

  /// The fields of each record as JSON.
  var json: [String] { records.map { $0.fields.json } }

  /// Nonzero issue counters by name.
  var issues: [String: UInt64] {
    DecodeIssue.allCases.reduce(into: [:]) { issues, issue in
      if counters[issue] > 0 { issues[issue.name] = counters[issue] }
    }
  }
}

extension [DecodedField] {
  var json: String {
    var text: [UInt8] = []
    DecodedField.appendJSON(self, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension FieldValue {
  var json: String {
    var text: [UInt8] = []
    appendJSON(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
