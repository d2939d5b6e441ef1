/// Appends a JSON object to a UTF-8 buffer, member by member.
///
/// Its only state is whether there was a member: nested objects, and values with their own writer, go into the same
/// buffer between `appendName` and the next member.
package struct JSONObject: Sendable {
  /// What precedes the next member.
  private var separator = UInt8(ascii: "{")

  package init() {}

  /// Appends a member's name, which must need no escape; its value follows.
  package mutating func appendName(_ name: String, to json: inout [UInt8]) {
    json.append(separator)
    separator = UInt8(ascii: ",")
    JSONText.appendKey(name, to: &json)
  }

  /// Appends a member's name as written by `JSONText.appendKey`; its value follows.
  mutating func append(key: [UInt8], to json: inout [UInt8]) {
    json.append(separator)
    separator = UInt8(ascii: ",")
    json += key
  }

  /// Begins a nested object, under a name as written by `JSONText.appendKey`; further members belong to it until
  /// `leave`.
  mutating func enter(key: [UInt8], to json: inout [UInt8]) {
    append(key: key, to: &json)
    separator = UInt8(ascii: "{")
  }

  /// Ends an object that `enter` began and that has members.
  mutating func leave(to json: inout [UInt8]) {
    separator = UInt8(ascii: ",")
    json.append(UInt8(ascii: "}"))
  }

  package mutating func append(_ name: String, _ value: UInt64, to json: inout [UInt8]) {
    appendName(name, to: &json)
    JSONText.append(value, to: &json)
  }

  package mutating func append(_ name: String, _ value: String, to json: inout [UInt8]) {
    appendName(name, to: &json)
    JSONText.append(value, to: &json)
  }

  /// Closes the object; writes `{}` if it has no members. The value can then be reused.
  package mutating func end(to json: inout [UInt8]) {
    if separator == UInt8(ascii: "{") { json.append(separator) }
    separator = UInt8(ascii: "{")
    json.append(UInt8(ascii: "}"))
  }
}
