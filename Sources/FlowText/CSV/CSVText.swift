/// Values of lines of comma-separated values (RFC 4180 §2).
package enum CSVText {
  /// Appends a value, in quotes if it needs them.
  package static func append(_ value: some Collection<UInt8>, isQuoted: Bool = false, to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    guard isQuoted || value.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 10 || $0 == 13 }) else {
      text += value
      return
    }
    text.append(quote)
    for octet in value {
      if octet == quote { text.append(octet) }
      text.append(octet)
    }
    text.append(quote)
  }
}
