import FlowModel

/// The words of the filter language that mean columns, as the table's rows say: looked up for each term, put together once.
struct FilterVocabulary {
  typealias Side = FlowColumn.FilterTerm.Side

  private struct Phrase: Hashable {
    var word: String
    var side: Side?
    var isTranslated: Bool
  }

  /// Words that mean an address, alone or in a network; rows of the table have the first.
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
    // `mpls top ip` likewise.
    let words = term.word.split(separator: " ")
    guard words.last == addressWords[0][...] else { return [term.word] }
    return addressWords.map { (words.dropLast() + [$0[...]]).joined(separator: " ") }
  }

  /// The columns of a word that stands alone.
  func plain(_ word: String) -> [FlowColumn] { columns(word, nil, isTranslated: false) }

  /// The columns of a word behind a side; without one, those of both ends.
  func sided(_ word: String, _ side: Side?, isTranslated: Bool = false) -> [FlowColumn] {
    if side != nil { return columns(word, side, isTranslated: isTranslated) }
    let ends: [[Side]] = [[.src, .dst], [.in, .out]]
    let both = ends.lazy.map { $0.flatMap { columns(word, $0, isTranslated: isTranslated) } }.first { !$0.isEmpty }
    // Behind `nat` stands what is of neither end, too.
    return both ?? (isTranslated ? columns(word, nil, isTranslated: true) : [])
  }

  /// The sides that a word can stand behind.
  func sides(of word: String) -> [Side] { Side.allCases.filter { !sided(word, $0).isEmpty } }

  private func columns(_ word: String, _ side: Side?, isTranslated: Bool) -> [FlowColumn] {
    phrases[Phrase(word: word, side: side, isTranslated: isTranslated)] ?? []
  }

  /// Words of the terms that `holds` is true for, in the order of the columns; those behind `nat` are left out.
  func words(_ holds: (FlowColumn.FilterTerm) -> Bool) -> [String] {
    var words: [String] = []
    for term in terms where !term.isTranslated && holds(term) {
      words += Self.words(of: term).filter { !words.contains($0) }
    }
    return words
  }
}

extension FlowColumn.FilterTerm.Side {
  /// The other end of a flow; nil if the side is no end.
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
