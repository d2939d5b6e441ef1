/// Numbers with units in the configuration and on the command line.
package enum Quantity {
  private static let seconds: [(suffix: String, factor: Int)] = [
    ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
  ]
  private static let octets: [(suffix: String, factor: Int)] = [
    ("k", 1000), ("m", 1_000_000), ("g", 1_000_000_000), ("t", 1_000_000_000_000),
    ("ki", 1 << 10), ("mi", 1 << 20), ("gi", 1 << 30), ("ti", 1 << 40),
  ]

  /// Parses a duration in whole seconds: `300`, `300s`, `5m`, `1h`, `30d`, `2w`; returns nil if it is invalid or
  /// overflows.
  package static func seconds(_ text: String) -> Int? {
    parse(text.lowercased(), units: seconds)
  }

  /// Parses octets: `1500`, `64k` (thousands), `64Ki` (1024s), up to `t` and `Ti`, optionally followed by `B`; returns
  /// nil if they are invalid or overflow.
  package static func octets(_ text: String) -> Int? {
    var text = text.lowercased()
    if text.hasSuffix("b") { text.removeLast() }
    return parse(text, units: octets)
  }

  /// Parses decimal digits only; returns nil if they are invalid or overflow.
  package static func integer(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  /// Formats octets as the shortest exact text, decimal or binary: `64Mi`, `256M`, `1500`.
  package static func text(octets count: Int) -> String {
    var best = String(count)
    for (suffix, factor) in octets where count > 0 && count % factor == 0 {
      let candidate = String(count / factor) + suffix.prefix(1).uppercased() + suffix.dropFirst()
      if candidate.utf8.count < best.utf8.count { best = candidate }
    }
    return best
  }

  /// Formats seconds in the largest exact unit: `15s`, `5m`, `1h`, `30d`.
  package static func text(seconds count: Int) -> String {
    let unit = seconds.last { count > 0 && count % $0.factor == 0 && $0.suffix != "w" }
    return unit.map { "\(count / $0.factor)\($0.suffix)" } ?? "\(count)s"
  }

  private static let amounts: [(suffix: Character, factor: Double)] = [
    ("k", 1e3), ("m", 1e6), ("g", 1e9), ("t", 1e12),
  ]

  /// Parses a non-negative number: `100M`, `2.5k` (thousands), `0.5`; returns nil if it is invalid.
  package static func amount(_ text: String) -> Double? {
    var digits = text.lowercased()[...]
    var factor = 1.0
    if let unit = amounts.first(where: { $0.suffix == digits.last }) {
      factor = unit.factor
      digits = digits.dropLast()
    }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ integer(String($0)) != nil }), let number = Double(digits) else {
      return nil
    }
    return number * factor
  }

  /// Formats a number as the shortest exact text: `100M`, `2500`, `0.5`.
  package static func text(amount: Double) -> String {
    guard let whole = Int(exactly: amount) else { return String(amount) }
    let unit = amounts.last { whole > 0 && whole % Int($0.factor) == 0 }
    return unit.map { "\(whole / Int($0.factor))\($0.suffix.uppercased().replacing("K", with: "k"))" } ?? String(whole)
  }

  private static func parse(_ text: String, units: [(suffix: String, factor: Int)]) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let suffix = text.dropFirst(digits.count)
    guard let number = integer(String(digits)) else { return nil }
    if suffix.isEmpty { return number }
    guard let factor = units.first(where: { $0.suffix == suffix })?.factor else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
