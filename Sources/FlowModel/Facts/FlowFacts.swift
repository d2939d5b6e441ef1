/// Labels and names of a flow from operators' files and databases, as of the time when the flow left the cache: text
/// numbers of a `TextTable`; 0 for none.
@frozen
public struct FlowFacts: Sendable, BitwiseCopyable, Equatable {
  public var sourceLabel: UInt32 = 0
  public var destinationLabel: UInt32 = 0
  public var sourceCountry: UInt32 = 0
  public var destinationCountry: UInt32 = 0
  public var sourceASName: UInt32 = 0
  public var destinationASName: UInt32 = 0
  public var exporterName: UInt32 = 0
  /// For interfaces that the exporter sends no name for.
  public var ingressInterfaceName: UInt32 = 0
  public var egressInterfaceName: UInt32 = 0

  public init() {}
}
