import NetworkBytes

/// Decodes the records of a message field by field, including structured data (RFC 6313).
///
/// Inner templates are looked up in the session's current state. Two limits make hostile lists harmless; lists that
/// exceed them are treated as malformed.
struct FieldReader {
  private let directory: ExporterDirectory?
  /// Names of elements that are missing in the registry, from the settings.
  private let elements: ElementNames
  /// Nesting depth of the current list.
  private var depth = 0
  /// Remaining number of list values in the message.
  private var room = FieldReader.maximumListValues
  /// Remaining number of zero-length fields in the message's records.
  private var emptyRoom = FieldReader.maximumEmptyFields
  /// Form of the most recent template whose zero-length fields were omitted, without those fields.
  private var cutForm: (template: Template, form: RecordForm)?

  /// Maximum nesting of lists, which bounds the recursion and thus the stack.
  static let maximumDepth = 128
  /// Maximum list values of a message. Only zero-length fields can exceed it: they take memory but no octets.
  static let maximumListValues = 1 << 18
  /// Maximum zero-length fields in all records of a message: each of its octets could cause thousands of them.
  static let maximumEmptyFields = 1 << 18

  /// - Parameter directory: Provides templates from the exporter's other ports; nil for none.
  init(directory: ExporterDirectory?, elements: ElementNames) {
    self.directory = directory
    self.elements = elements
  }

  /// Decodes all fields except padding of the record at `offset` in `bytes` and advances `offset`. Omits zero-length
  /// fields once the message's limit is reached.
  ///
  /// - Returns: The fields and the number of omitted zero-length fields; nil if the record exceeds `bytes`.
  mutating func boundedRecord(
    _ template: Template, in bytes: RawSpan, at offset: inout Int, _ session: inout Session
  ) -> (fields: [DecodedField], emptyLeftOut: Int)? {
    let empty = template.fields.count - template.sizedFields.count
    if empty <= emptyRoom {
      emptyRoom -= empty
      return record(template, in: bytes, at: &offset, &session).map { ($0, 0) }
    }
    if cutForm?.template !== template { cutForm = (template, RecordForm(of: template.sizedFields)) }
    guard let form = cutForm?.form else { return nil }
    return record(template.sizedFields, form, in: bytes, at: &offset, &session).map { ($0, empty) }
  }

  /// Decodes all fields except padding of the record at `offset` in `bytes` and advances `offset`.
  ///
  /// - Returns: Nil if the record exceeds `bytes`.
  mutating func record(
    _ template: Template, in bytes: RawSpan, at offset: inout Int, _ session: inout Session
  ) -> [DecodedField]? {
    record(template.fields, template.form, in: bytes, at: &offset, &session)
  }

  private mutating func record(
    _ specifiers: [FieldSpecifier], _ form: RecordForm, in bytes: RawSpan, at offset: inout Int,
    _ session: inout Session
  ) -> [DecodedField]? {
    var fields: [DecodedField] = []
    fields.reserveCapacity(specifiers.count)
    for (field, form) in zip(specifiers, form.fields) {
      guard let content = bytes.content(of: field.length, at: offset) else { return nil }
      offset = content.upperBound
      if form.isPadding { continue }
      let known = known(field, session)
      let value = value(bytes.extracting(content), known?.type ?? form.type, &session)
      if let place = form.repeated {
        fields[Int(place)].value.append(value)
      } else {
        fields.append(DecodedField(name: FieldName(field), value: value, label: known?.name))
      }
    }
    return fields
  }

  /// Decodes the fields of a measured record at these indices of the template's sized fields.
  mutating func fields(
    at places: [Int], of template: Template, in record: RawSpan, _ layout: RecordLayout, _ session: inout Session
  ) -> [DecodedField] {
    var fields: [DecodedField] = []
    var known: [FieldName: Int] = [:]
    for place in places where layout.lengths[place] > 0 {
      let start = layout.offsets[place]
      let content = record.extracting(start..<(start + layout.lengths[place]))
      let name = FieldName(template.sizedFields[place])
      let label = self.known(template.sizedFields[place], session)
      let value = value(content, label?.type ?? name.type, &session)
      if let first = known[name] {
        fields[first].value.append(value)
        continue
      }
      if template.form.hasRepeats { known[name] = fields.count }
      fields.append(DecodedField(name: name, value: value, label: label?.name))
    }
    return fields
  }

  /// Returns name and type of an element that is missing in the registry, preferably from the settings, otherwise as
  /// reported by its exporter.
  private func known(_ field: FieldSpecifier, _ session: borrowing Session) -> ElementNames.Entry? {
    if field.isV9Scope || elements.isEmpty && session.elements == nil { return nil }
    return elements[field.element] ?? session.elements?[field.element]
  }

  /// Decodes the value of a field.
  mutating func value(_ bytes: RawSpan, _ type: AbstractType, _ session: inout Session) -> FieldValue {
    guard type.isStructured, bytes.byteCount > 0 else { return FieldValue(bytes, type: type) }
    if let list = list(bytes, type, &session) { return list }
    session.counters.count(.badList)
    return .octets(bytes.copied())
  }
}

// MARK: Structured data

extension FieldReader {
  /// Returns nil if the list is malformed or has trailing octets.
  private mutating func list(_ bytes: RawSpan, _ type: AbstractType, _ session: inout Session) -> FieldValue? {
    guard depth < Self.maximumDepth else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch type {
    case .basicList: return basicList(bytes, &session)
    case .subTemplateList: return subTemplateList(bytes, &session)
    default: return subTemplateMultiList(bytes, &session)
    }
  }

  /// Decodes semantic, field specifier and values (RFC 6313 §4.5.1).
  private mutating func basicList(_ bytes: RawSpan, _ session: inout Session) -> FieldValue? {
    guard bytes.byteCount >= 5 else { return nil }
    var element = FieldElement(bytes.be16(1))
    let length = bytes.be16(3)
    var offset = 5
    if element.number & 0x8000 != 0 {
      guard bytes.byteCount >= 9 else { return nil }
      element = FieldElement(element.number & 0x7fff, enterprise: bytes.be32(5))
      offset = 9
    }
    let name = FieldName(element)
    let type = name.type
    var values: [FieldValue] = []
    while offset < bytes.byteCount {
      guard length > 0, takeRoom(1), let content = bytes.content(of: length, at: offset) else { return nil }
      offset = content.upperBound
      values.append(value(bytes.extracting(content), type, &session))
    }
    return .basicList(semantic: bytes.octet(0), field: name, values: values)
  }

  /// Decodes semantic, template and records (RFC 6313 §4.5.2).
  private mutating func subTemplateList(_ bytes: RawSpan, _ session: inout Session) -> FieldValue? {
    guard bytes.byteCount >= 3 else { return nil }
    let id = bytes.be16(1)
    guard let records = records(of: id, bytes.extracting(3..<bytes.byteCount), &session) else { return nil }
    return .subTemplateList(semantic: bytes.octet(0), template: id, records: records)
  }

  /// Decodes the semantic, then for each template its id, the length of its entry, and records (RFC 6313 §4.5.3).
  private mutating func subTemplateMultiList(_ bytes: RawSpan, _ session: inout Session) -> FieldValue? {
    var entries: [SubTemplateEntry] = []
    var offset = 1
    while offset < bytes.byteCount {
      guard takeRoom(1), bytes.byteCount - offset >= 4 else { return nil }
      let id = bytes.be16(offset)
      let length = Int(bytes.be16(offset + 2))
      guard length >= 4, length <= bytes.byteCount - offset,
        let records = records(of: id, bytes.extracting((offset + 4)..<(offset + length)), &session)
      else { return nil }
      entries.append(SubTemplateEntry(template: id, records: records))
      offset += length
    }
    return .subTemplateMultiList(semantic: bytes.octet(0), entries: entries)
  }

  /// Decodes records of template `id` that fill `bytes` exactly; nil if the template is unknown or they do not.
  private mutating func records(
    of id: UInt16, _ bytes: RawSpan, _ session: inout Session
  ) -> [[DecodedField]]? {
    guard let template = session.template(id, directory: directory) else { return nil }
    var records: [[DecodedField]] = []
    var offset = 0
    while offset < bytes.byteCount {
      guard takeRoom(template.fields.count), let record = record(template, in: bytes, at: &offset, &session) else {
        return nil
      }
      records.append(record)
    }
    return records
  }

  private mutating func takeRoom(_ count: Int) -> Bool {
    guard count <= room else { return false }
    room -= count
    return true
  }
}

extension RawSpan {
  /// Returns the range of the content of a field that begins at `offset` with its octets or its length; nil if it
  /// exceeds the bytes.
  fileprivate func content(of length: UInt16, at offset: Int) -> Range<Int>? {
    if length == FieldSpecifier.variableLength { return variableLengthField(at: offset) }
    guard Int(length) <= byteCount - offset else { return nil }
    return offset..<(offset + Int(length))
  }
}

extension FieldValue {
  /// Adds another value of the same element of the same record.
  fileprivate mutating func append(_ value: FieldValue) {
    guard case .repeated(var values) = self else {
      self = .repeated([self, value])
      return
    }
    // Moves the array out while it grows, so that it is not copied for each value.
    self = .boolean(false)
    values.append(value)
    self = .repeated(values)
  }
}
