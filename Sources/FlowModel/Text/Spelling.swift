/// Suggestions for misspelled names.
package enum Spelling {
  /// Returns up to three names at the smallest edit distance from `word`, if that is small for the word's length;
  /// otherwise none.
  package static func nearest(to word: String, among names: [String]) -> [String] {
    let distances = names.map { editDistance(Array(word.utf8), Array($0.utf8)) }
    guard let least = distances.min(), least <= max(2, word.utf8.count / 3) else { return [] }
    return Array(zip(names, distances).filter { $0.1 == least }.map(\.0).prefix(3))
  }

  /// Returns the number of insertions, deletions, replacements and transpositions between two texts (optimal string
  /// alignment).
  package static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    // Bounds the cost; no valid name is nearly this long.
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
