extension ConfigurationSchema {
  /// The setting or section that the writer of an unknown key most likely meant; nil if none is near.
  ///
  /// Case and `_`/`-` do not count. The right name in the wrong section counts as near.
  static func nearestKey(to key: String) -> String? {
    let name = folded(lastComponent(key))
    let candidates = settings.map(\.key) + sections.map(\.key)
    if let same = candidates.first(where: { folded($0) == folded(key) }) { return same }
    if let moved = candidates.first(where: { folded(lastComponent($0)) == name }) { return moved }
    return nearest(to: key, among: candidates)
      ?? candidates.first { editDistance(folded(lastComponent($0)), name) <= tolerance(name) / 2 }
  }

  /// The name with the fewest edits between it and `name`; nil if more than a third of `name` would change.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = folded(name)
    let distances = names.map { ($0, editDistance(wanted, folded($0))) }
    guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= tolerance(wanted) else { return nil }
    return best.0
  }

  private static func tolerance(_ name: [UInt8]) -> Int { max(2, min(name.count / 3, 6)) }

  private static func lastComponent(_ key: String) -> String {
    key.split(separator: ".").last.map(String.init) ?? key
  }

  private static func folded(_ key: String) -> [UInt8] {
    key.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
  }

  /// Insertions, deletions, replacements and swaps of neighbours between the two (optimal string alignment).
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    // Keeps the cost bounded whatever stands in a file; no key of ours is near a name this long.
    guard a.count <= 200, b.count <= 200 else { return .max }
    var before: [Int] = []
    var above = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      (before, above) = (above, row)
    }
    return above[b.count]
  }
}
