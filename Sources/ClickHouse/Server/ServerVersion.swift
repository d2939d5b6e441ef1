/// A server version: `26.9.2.1`.
package struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
  package var year: Int
  package var release: Int

  /// The oldest version that reads Parquet in file order and numbers its blocks accordingly, on which deduplication
  /// relies.
  package static let oldest = ServerVersion(year: 23, release: 8)

  package init(year: Int, release: Int) {
    self.year = year
    self.release = release
  }

  package init?(_ text: String) {
    let parts = text.split(separator: ".").prefix(2).compactMap { Int($0) }
    guard parts.count == 2 else { return nil }
    self.init(year: parts[0], release: parts[1])
  }

  package static func < (a: Self, b: Self) -> Bool { (a.year, a.release) < (b.year, b.release) }

  package var description: String { "\(year).\(release)" }
}
