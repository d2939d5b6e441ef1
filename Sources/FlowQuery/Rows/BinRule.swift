/// How a flow's octets and packets are assigned to the bins of a series. The flow itself counts where it begins, or
/// with `end`, where it ends.
public enum BinRule: String, CaseIterable, Sendable {
  /// In proportion to the time in each bin, as if traffic had been even.
  case spread
  /// To the bin in which it begins.
  case start
  /// To the bin in which it ends.
  case end
}
