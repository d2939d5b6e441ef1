import FlowModel
import FlowText
import NetworkBytes

extension FieldValue {
  /// Appends the value as JSON.
  ///
  /// Addresses and times are strings, octets lower-case hexadecimal, repeated values an array. Integers of magnitude
  /// 2^53 and above are decimal strings, since readers may round them (RFC 8259 §6). Floating-point numbers have the
  /// fewest digits that round-trip; "NaN", "Infinity" and "-Infinity" are strings.
  public func appendJSON(to json: inout [UInt8]) {
    switch self {
    case .string(let value): JSONText.append(value, to: &json)
    case .repeated(let values): JSONText.appendArray(values, to: &json) { $0.appendJSON(to: &$1) }
    case .basicList, .subTemplateList, .subTemplateMultiList: appendList(to: &json)
    default:
      let isQuoted = isQuoted
      if isQuoted { json.append(UInt8(ascii: "\"")) }
      appendText(to: &json)
      if isQuoted { json.append(UInt8(ascii: "\"")) }
    }
  }

  private var isQuoted: Bool {
    switch self {
    case .unsigned(let value): value >= 1 << 53
    case .signed(let value): value.magnitude >= 1 << 53
    case .float32(let value): !value.isFinite
    case .float64(let value): !value.isFinite
    case .boolean: false
    default: true
    }
  }

  /// Appends the text of a single value without quotes; none of its characters needs an escape.
  private func appendText(to text: inout [UInt8]) {
    switch self {
    case .unsigned(let value): JSONText.append(value, to: &text)
    case .signed(let value): JSONText.append(value, to: &text)
    case .wide(let octets): Self.appendDecimal(octets, to: &text)
    // For subnormal numbers, the fewest digits that identify a Float are too few for readers that parse a double.
    case .float32(let value) where value.isSubnormal: Self.append(Double(value), to: &text)
    case .float32(let value): Self.append(value, to: &text)
    case .float64(let value): Self.append(value, to: &text)
    case .boolean(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
    case .mac(let value): ValueText.appendMAC(value, to: &text)
    case .ipv4(let value): IPAddress(v4: value).appendText(to: &text)
    case .ipv6(let value):
      if value.isV4 { text.append(contentsOf: "::ffff:".utf8) }
      value.appendText(to: &text)
    case .time(let value): value.appendText(to: &text)
    case .octets(let octets):
      for octet in octets { JSONText.appendHex(UInt64(octet), count: 2, to: &text) }
    case .string, .repeated, .basicList, .subTemplateList, .subTemplateMultiList: break
    }
  }

  private static func append(_ value: some BinaryFloatingPoint & CustomStringConvertible, to text: inout [UInt8]) {
    let name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    text.append(contentsOf: (value.isFinite ? value.description : name).utf8)
  }

  /// Appends an unsigned integer of any length in network byte order.
  private static func appendDecimal(_ octets: [UInt8], to text: inout [UInt8]) {
    // Limbs of nine decimal digits, least significant first.
    var limbs: [UInt64] = [0]
    for octet in octets {
      var carry = UInt64(octet)
      for index in limbs.indices {
        (carry, limbs[index]) = (limbs[index] << 8 + carry).quotientAndRemainder(dividingBy: 1_000_000_000)
      }
      if carry > 0 { limbs.append(carry) }
    }
    JSONText.append(limbs.removeLast(), to: &text)
    for limb in limbs.reversed() { JSONText.appendDigits(limb, count: 9, to: &text) }
  }
}

// MARK: Structured data

extension FieldValue {
  /// Appends `{"semantic":3,...}` with the list's members; fields of inner records as in `DecodedField.appendJSON`.
  private func appendList(to json: inout [UInt8]) {
    var object = JSONObject()
    switch self {
    case .basicList(let semantic, let field, let values):
      object.append("semantic", UInt64(semantic), to: &json)
      object.append("field", field.description, to: &json)
      object.appendName("values", to: &json)
      JSONText.appendArray(values, to: &json) { $0.appendJSON(to: &$1) }
    case .subTemplateList(let semantic, let template, let records):
      object.append("semantic", UInt64(semantic), to: &json)
      Self.append(template, records, &object, to: &json)
    case .subTemplateMultiList(let semantic, let entries):
      object.append("semantic", UInt64(semantic), to: &json)
      object.appendName("entries", to: &json)
      JSONText.appendArray(entries, to: &json) { entry, json in
        var object = JSONObject()
        Self.append(entry.template, entry.records, &object, to: &json)
        object.end(to: &json)
      }
    default: return
    }
    object.end(to: &json)
  }

  private static func append(
    _ template: UInt16, _ records: [[DecodedField]], _ object: inout JSONObject, to json: inout [UInt8]
  ) {
    object.append("template", UInt64(template), to: &json)
    object.appendName("records", to: &json)
    JSONText.appendArray(records, to: &json) { DecodedField.appendJSON($0, to: &$1) }
  }
}

extension DecodedField {
  /// Appends fields as a JSON object with one member per field.
  public static func appendJSON(_ fields: [DecodedField], to json: inout [UInt8]) {
    var object = JSONObject()
    for field in fields {
      // Names in the registry consist of letters and digits, all others of digits and a slash.
      object.appendName(field.label ?? field.name.description, to: &json)
      field.value.appendJSON(to: &json)
    }
    object.end(to: &json)
  }
}
