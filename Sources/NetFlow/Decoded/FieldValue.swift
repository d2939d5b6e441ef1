public import NetworkBytes

/// Value of a field according to its abstract type. Lossless except for the encoded length.
public enum FieldValue: Sendable, Equatable {
  case unsigned(UInt64)
  case signed(Int64)
  /// Unsigned integer of more than 64 bits: 9 to 32 octets in network byte order, the first non-zero.
  case wide([UInt8])
  case float32(Float)
  case float64(Double)
  case boolean(Bool)
  /// In the low 48 bits.
  case mac(UInt64)
  /// In host byte order.
  case ipv4(UInt32)
  case ipv6(IPAddress)
  /// Without trailing NULs.
  case string(String)
  case time(Timestamp)
  /// An octetArray, a value of unknown type, or octets that are invalid for their type.
  case octets([UInt8])
  /// Values of an element that occurs more than once in the record, in wire order.
  case repeated([FieldValue])
  /// RFC 6313 §4.5.1.
  indirect case basicList(semantic: UInt8, field: FieldName, values: [FieldValue])
  /// RFC 6313 §4.5.2: records of one template.
  case subTemplateList(semantic: UInt8, template: UInt16, records: [[DecodedField]])
  /// RFC 6313 §4.5.3.
  case subTemplateMultiList(semantic: UInt8, entries: [SubTemplateEntry])
}

/// Records of one template within a subTemplateMultiList.
public struct SubTemplateEntry: Sendable, Equatable {
  public var template: UInt16
  public var records: [[DecodedField]]
}

/// Field of a decoded record.
public struct DecodedField: Sendable, Equatable {
  public var name: FieldName
  public var value: FieldValue
  /// Name of an element that is missing in the registry; nil if it is shown by its numbers.
  public var label: String?

  init(name: FieldName, value: FieldValue, label: String? = nil) {
    self.name = name
    self.value = value
    self.label = label
  }
}
