public import FlowModel

extension FlowColumn {
  /// The filter words that, followed by a value, match this column alone: `src ip`; nil if there are none.
  public var filterPhrase: String? {
    guard let term = filterTerm else {
      // Parsed separately, because its name has three words.
      return self == .observationDomainID ? "observation domain id" : nil
    }
    return [term.isTranslated ? "nat" : nil, term.side?.rawValue, term.word].compactMap { $0 }.joined(separator: " ")
  }
}
