import FlowModel

/// The words of the filter language that denote columns, built once from the column table.
struct FilterVocabulary {
  typealias Side = FlowColumn.FilterTerm.Side

  private struct Phrase: Hashable {
    var word: String
    var side: Side?
    var isTranslated: Bool
  }

  /// Synonyms for addresses, alone or in a network; the table uses the first.
  static let addressWords = ["ip", "host", "net"]

  private let terms: [FlowColumn.FilterTerm]
  private var phrases: [Phrase: [FlowColumn]] = [:]

  init(_ columns: [FlowColumn]) {
    terms = columns.compactMap(\.filterTerm)
    for column in columns {
      guard let term = column.filterTerm else { continue }
      for word in Self.words(of: term) {
        phrases[Phrase(word: word, side: term.side, isTranslated: term.isTranslated), default: []].append(column)
      }
    }
  }

  private static func words(of term: FlowColumn.FilterTerm) -> [String] {
    // The same for `mpls top ip`.
    let words = term.word.split(separator: " ")
    guard words.last == addressWords[0][...] else { return [term.word] }
    return addressWords.map { (words.dropLast() + [$0[...]]).joined(separator: " ") }
  }

  /// Returns the columns of a word without a side.
  func plain(_ word: String) -> [FlowColumn] { columns(word, nil, isTranslated: false) }

  /// Returns the columns of a word after a side; without a side, those of both ends.
  func sided(_ word: String, _ side: Side?, isTranslated: Bool = false) -> [FlowColumn] {
    if side != nil { return columns(word, side, isTranslated: isTranslated) }
    let ends: [[Side]] = [[.src, .dst], [.in, .out]]
    let both = ends.lazy.map { $0.flatMap { columns(word, $0, isTranslated: isTranslated) } }.first { !$0.isEmpty }
    // After `nat`, also columns that belong to neither end.
    return both ?? (isTranslated ? columns(word, nil, isTranslated: true) : [])
  }

  /// Returns the sides that may precede a word.
  func sides(of word: String) -> [Side] { Side.allCases.filter { !sided(word, $0).isEmpty } }

  private func columns(_ word: String, _ side: Side?, isTranslated: Bool) -> [FlowColumn] {
    phrases[Phrase(word: word, side: side, isTranslated: isTranslated)] ?? []
  }

  /// Returns the words of matching terms in column order, without those after `nat`.
  func words(_ holds: (FlowColumn.FilterTerm) -> Bool) -> [String] {
    var words: [String] = []
    for term in terms where !term.isTranslated && holds(term) {
      words += Self.words(of: term).filter { !words.contains($0) }
    }
    return words
  }
}

extension FlowColumn.FilterTerm.Side {
  /// The other end of a flow; nil if the side is not an end.
  var otherEnd: Self? {
    switch self {
    case .src: .dst
    case .dst: .src
    case .in: .out
    case .out: .in
    case .next, .router: nil
    }
  }
}
