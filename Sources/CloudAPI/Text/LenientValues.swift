/// A string that may be sent as a number.
package struct LenientText: Decodable {
  package let text: String

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    text = try (try? value.decode(Int.self)).map(String.init) ?? value.decode(String.self)
  }
}

/// An integer that may be sent as a string; nil for an empty one.
package struct LenientNumber: Decodable {
  package let number: Int?

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      self.number = number
      return
    }
    let text = try value.decode(String.self)
    number = Int(text)
    guard number != nil || text.isEmpty else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(text)' is not a whole number")
    }
  }
}
