public import FlowModel

extension FlowColumn {
  /// The words of the filter language behind which a value of this column alone selects the flows that have it: `src ip`; nil if
  /// there are none.
  public var filterPhrase: String? {
    guard let term = filterTerm else {
      // A condition of its own, for its name is three words.
      return self == .observationDomainID ? "observation domain id" : nil
    }
    return [term.isTranslated ? "nat" : nil, term.side?.rawValue, term.word].compactMap { $0 }.joined(separator: " ")
  }
}
