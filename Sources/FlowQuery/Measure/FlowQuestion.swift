public import FlowFilter
public import FlowModel
public import NetworkBytes

/// What is asked of the flows of a scan's window that a filter selects. Several questions are answered in one reading.
public struct FlowQuestion: Sendable {
  public enum Figure: Hashable, Sendable {
    /// Flows, octets and packets.
    case sums
    /// Flows that begin in the window.
    case beginnings
    /// Different values of a column.
    case values(FlowColumn)
    /// Different addresses of a column, and which.
    case addresses(FlowColumn)
  }

  public var filter: FlowFilter
  public var figure: Figure

  public init(_ filter: FlowFilter, _ figure: Figure) {
    self.filter = filter
    self.figure = figure
  }
}

/// The answer to a `FlowQuestion`.
public struct FlowFigures: Sendable {
  /// Of flows selected; octets and packets are the shares that the scan's window has of them.
  public internal(set) var sums = FlowSums()
  public internal(set) var beginnings: UInt64 = 0
  /// Different values; nil if there are more than are held.
  public internal(set) var valueCount: Int? = 0
  public internal(set) var addresses: [IPAddress] = []
}
