/// The version of a server: `26.9.2.1`.
struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
  var year: Int
  var release: Int

  /// The oldest that reads Parquet in the order of the file and numbers its blocks by that: what a token rests on.
  static let oldest = ServerVersion(year: 23, release: 8)

  init(year: Int, release: Int) {
    self.year = year
    self.release = release
  }

  init?(_ text: String) {
    let parts = text.split(separator: ".").prefix(2).compactMap { Int($0) }
    guard parts.count == 2 else { return nil }
    self.init(year: parts[0], release: parts[1])
  }

  static func < (a: Self, b: Self) -> Bool { (a.year, a.release) < (b.year, b.release) }

  var description: String { "\(year).\(release)" }
}
