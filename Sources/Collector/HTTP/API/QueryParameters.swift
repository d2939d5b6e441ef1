import FlowModel
import Foundation

/// The decoded query parameters of a request, restricted to those that the path accepts.
package struct QueryParameters: Sendable {
  private var values: [String: [String]] = [:]

  /// Empty.
  init() {}

  /// - Parameters:
  ///   - query: the query string as sent.
  ///   - names: accepted parameters.
  ///   - repeatable: those that may be repeated.
  package init(_ query: Substring, names: [String], repeatable: [String] = []) throws(APIError) {
    for part in query.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(sides[0]) else {
        throw APIError(400, "a parameter's name is not percent-encoded UTF-8: \(Self.shown(String(sides[0])))")
      }
      guard names.contains(name) else { throw Self.unknown(name, names) }
      guard let value = Self.decoded(sides.count > 1 ? sides[1] : "") else {
        throw .parameter(name, "not percent-encoded UTF-8; a percent sign is %25")
      }
      if let scalar = value.unicodeScalars.first(where: Self.isRefused) {
        throw .parameter(name, "has the control character U+\(String(scalar.value, radix: 16, uppercase: true))")
      }
      values[name, default: []].append(value)
    }
    for (name, given) in values where given.count > 1 && !repeatable.contains(name) {
      throw .parameter(name, "given \(given.count) times; give it once")
    }
  }

  private static func unknown(_ name: String, _ names: [String]) -> APIError {
    let shown = shown(name)
    let nearest = Spelling.nearest(to: name, among: names)
    let advice =
      !nearest.isEmpty
      ? "did you mean \(nearest.joined(separator: ", "))?"
      : names.isEmpty ? "this path has none" : "expected \(names.joined(separator: ", "))"
    return APIError(400, "\(shown): no such parameter; \(advice)", parameter: shown)
  }

  /// Returns a foreign name in printable form, limited in length.
  private static func shown(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.filter { !isRefused($0) && $0 != "\n" && $0 != "\t" }).prefix(64))
  }

  /// Control characters, except those that occur in filter lines.
  private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && !["\n", "\r", "\t"].contains(scalar)
  }

  /// Decodes `a%20b` or, as forms send it, `a+b`; returns nil if it is invalid.
  private static func decoded(_ text: Substring) -> String? {
    var octets: [UInt8] = []
    var rest = text.utf8[...]
    while let octet = rest.popFirst() {
      switch octet {
      case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
        octets.append(high << 4 | low)
      default: octets.append(octet)
      }
    }
    return String(validating: octets, as: UTF8.self)
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  // MARK: Values

  /// The same for all spellings of the same parameters.
  package var canonical: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
  }

  package func text(_ name: String) -> String? { values[name]?.first }

  package func all(_ name: String) -> [String] { values[name] ?? [] }

  /// Returns 0 or 1 as a flag.
  package func flag(_ name: String, default standard: Bool = false) throws(APIError) -> Bool {
    switch text(name) {
    case nil: return standard
    case "0": return false
    case "1": return true
    case let text?: throw .parameter(name, "expected 0 or 1, found '\(text)'")
    }
  }

  /// Returns an integer in a range.
  package func integer(_ name: String, _ range: ClosedRange<Int>, default standard: Int) throws(APIError) -> Int {
    guard let text = text(name) else { return standard }
    guard text.utf8.count <= 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text),
      range.contains(value)
    else {
      throw .parameter(name, "expected a whole number from \(range.lowerBound) to \(range.upperBound), found '\(text)'")
    }
    return value
  }

  /// Returns one of several words.
  func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(APIError) -> Choice?
  where Choice.RawValue == String {
    guard let text = text(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .parameter(name, "expected one of \(words), found '\(text)'")
    }
    return choice
  }
}
