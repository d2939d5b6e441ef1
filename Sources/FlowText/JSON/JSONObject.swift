/// A JSON object that is appended to a buffer of UTF-8 member by member.
///
/// It holds nothing but whether there was a member: objects in objects, and values that have a writer of their own, go into the
/// same buffer between `appendName` and the next member.
package struct JSONObject: Sendable {
  /// What is in front of the next member.
  private var separator = UInt8(ascii: "{")

  package init() {}

  /// Appends a member's name, which needs no escape; its value comes next.
  package mutating func appendName(_ name: String, to json: inout [UInt8]) {
    json.append(separator)
    separator = UInt8(ascii: ",")
    JSONText.appendKey(name, to: &json)
  }

  /// Appends a member's name as `JSONText.appendKey` has written it; its value comes next.
  mutating func append(key: [UInt8], to json: inout [UInt8]) {
    json.append(separator)
    separator = UInt8(ascii: ",")
    json += key
  }

  /// Begins an object in this one, under a name as `JSONText.appendKey` has written it: further members are its, until `leave`.
  mutating func enter(key: [UInt8], to json: inout [UInt8]) {
    append(key: key, to: &json)
    separator = UInt8(ascii: "{")
  }

  /// Ends an object that `enter` began, which has members.
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

  /// Closes the object; `{}` without a member. The value is then ready for another one.
  package mutating func end(to json: inout [UInt8]) {
    if separator == UInt8(ascii: "{") { json.append(separator) }
    separator = UInt8(ascii: "{")
    json.append(UInt8(ascii: "}"))
  }
}
