import FlowModel

extension ConfigurationSchema {
  /// Returns the setting or section most similar to an unknown key; nil if none is similar.
  ///
  /// Ignores case and `_`/`-`. The right name in the wrong section counts as similar.
  static func nearestKey(to key: String) -> String? {
    let name = folded(lastComponent(key))
    let candidates = settings.map(\.key) + sections.map(\.key)
    if let same = candidates.first(where: { folded($0) == folded(key) }) { return same }
    if let moved = candidates.first(where: { folded(lastComponent($0)) == name }) { return moved }
    return nearest(to: key, among: candidates)
      ?? candidates.first { Spelling.editDistance(folded(lastComponent($0)), name) <= tolerance(name) / 2 }
  }

  /// Returns the name with the smallest edit distance from `name`; nil if that exceeds a third of `name`.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = folded(name)
    let distances = names.map { ($0, Spelling.editDistance(wanted, folded($0))) }
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
}
