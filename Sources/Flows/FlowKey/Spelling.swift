/// Names that somebody may have meant.
package enum Spelling {
  /// Up to three names at the smallest edit distance from `word`, if that is small for a word of this length; otherwise
  /// none.
  package static func nearest(to word: String, among names: [String]) -> [String] {
    let distances = names.map { editDistance(Array(word.utf8.prefix(64)), Array($0.utf8)) }
    guard let least = distances.min(), least <= max(2, word.utf8.count / 3) else { return [] }
    return Array(zip(names, distances).filter { $0.1 == least }.map(\.0).prefix(3))
  }

  /// Levenshtein distance: insertions, deletions and replacements from one to the other.
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
