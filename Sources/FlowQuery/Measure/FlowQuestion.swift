public import FlowFilter
public import FlowModel
public import NetworkBytes

/// A measurement of the flows in a scan's window that match a filter. Several can be taken in one pass.
public struct FlowQuestion: Sendable {
  public enum Figure: Hashable, Sendable {
    /// Flows, octets and packets.
    case sums
    /// Flows that begin in the window.
    case beginnings
    /// Number of distinct values of a column.
    case values(FlowColumn)
    /// The distinct addresses of a column.
    case addresses(FlowColumn)
  }

  public var filter: FlowFilter
  public var figure: Figure

  public init(_ filter: FlowFilter, _ figure: Figure) {
    self.filter = filter
    self.figure = figure
  }
}

/// The result of a `FlowQuestion`.
public struct FlowFigures: Sendable {
  /// Octets and packets are the portions inside the scan's window.
  public internal(set) var sums = FlowSums()
  public internal(set) var beginnings: UInt64 = 0
  /// Number of distinct values; nil if the limit was exceeded.
  public internal(set) var valueCount: Int? = 0
  public internal(set) var addresses: [IPAddress] = []
}
