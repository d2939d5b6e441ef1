/// In which bins of a series a flow's octets and packets are. The flow itself counts where it begins, but by `end`.
public enum BinRule: String, CaseIterable, Sendable {
  /// In each bin that the flow covers its share, as if it had sent evenly all the time.
  case spread
  /// All in the bin in which it begins.
  case start
  /// All in the bin in which it ends.
  case end
}
