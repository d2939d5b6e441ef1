public import NetworkBytes

/// The value of one field, as its abstract type reads its octets; nothing is lost but the length.
public enum FieldValue: Sendable, Equatable {
  case unsigned(UInt64)
  case signed(Int64)
  /// An unsigned integer beyond 64 bits: 9 to 32 octets in network byte order, the first not zero.
  case wide([UInt8])
  case float32(Float)
  case float64(Double)
  case boolean(Bool)
  /// In the low 48 bits.
  case mac(UInt64)
  /// In host order.
  case ipv4(UInt32)
  case ipv6(IPAddress)
  /// Without the NULs at its end.
  case string(String)
  case time(Timestamp)
  /// An octetArray, what has no known type, and whatever is not valid for its type.
  case octets([UInt8])
  /// The values of an element that its record has more than once, in wire order.
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

/// One field of a decoded record.
public struct DecodedField: Sendable, Equatable {
  public var name: FieldName
  public var value: FieldValue
  /// What an element that the registry does not have is called; nil: it is shown by its numbers.
  public var label: String?

  init(name: FieldName, value: FieldValue, label: String? = nil) {
    self.name = name
    self.value = value
    self.label = label
  }
}
