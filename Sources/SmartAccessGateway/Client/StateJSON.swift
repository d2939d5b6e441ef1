import Foundation

/// JSON format of state files, also for human readers.
enum StateJSON {
  static func encode(_ state: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(state) + Data("\n".utf8)
  }

  /// - Throws: a `DecodingError` if the text has another form.
  static func decode<State: Decodable>(_ data: Data) throws -> State {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(State.self, from: data)
  }
}
