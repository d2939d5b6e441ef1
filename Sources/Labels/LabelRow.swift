import NetworkBytes

/// What is wrong with a field.
struct FieldFault: Error {
  var text: String

  init(_ text: String) { self.text = text }
}

/// A row of a label file.
struct LabelRow {
  var line = CSVLine()
  /// Line number in the file, from 1.
  var number = 0
  /// Index of each column.
  var places: [String: Int] = [:]
  /// Number of fields in each row.
  var width = 0

  /// Maximum octets of a text.
  private static let maximumText = 255

  mutating func split(_ limits: LabelLimits) throws(FieldFault) {
    if line.octets.count > limits.lineOctets { throw FieldFault("longer than \(limits.lineOctets) bytes") }
    do throws(CSVLine.Fault) { try line.split() } catch { throw FieldFault(error.description) }
  }

  func checkWidth() throws(FieldFault) {
    if line.fields.count != width {
      throw FieldFault(
        "\(line.fields.count) fields, but the header has \(width) columns; quote fields that contain commas")
    }
  }

  /// Returns the octets of a column; empty if the file lacks the column.
  func octets(_ column: String) throws(FieldFault) -> [UInt8] {
    guard let place = places[column] else { return [] }
    return try octets(at: place)
  }

  func text(_ column: String) throws(FieldFault) -> String { String(decoding: try octets(column), as: UTF8.self) }
  func text(at place: Int) throws(FieldFault) -> String { String(decoding: try octets(at: place), as: UTF8.self) }

  private func octets(at place: Int) throws(FieldFault) -> [UInt8] {
    let octets = Array(line.octets[line.fields[place]])
    // Fast path: printable ASCII.
    if octets.count > Self.maximumText { throw FieldFault("text of more than \(Self.maximumText) bytes") }
    if octets.allSatisfy({ (0x20..<0x7f).contains($0) }) { return octets }
    guard let text = String(validating: octets, as: UTF8.self) else {
      throw FieldFault("not UTF-8; save the file as UTF-8")
    }
    for scalar in text.unicodeScalars where !scalar.isPrintable {
      throw FieldFault("a control character (U+\(String(scalar.value, radix: 16, uppercase: true))); remove it")
    }
    return octets
  }

  /// Parses an exporter's address.
  func address(_ column: String) throws(FieldFault) -> IPAddress {
    let text = try text(column)
    guard let address = IPAddress(text) else { throw FieldFault("'\(text)' is not an address") }
    return address
  }

  /// Parses a decimal number.
  func number(_ column: String, _ what: String) throws(FieldFault) -> UInt32 {
    let text = try text(column)
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = UInt32(text)
    else { throw FieldFault("'\(text)' is no \(what), 0 to 4294967295") }
    return number
  }
}

extension Unicode.Scalar {
  /// Excludes characters that affect the display of adjacent text.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }
}
