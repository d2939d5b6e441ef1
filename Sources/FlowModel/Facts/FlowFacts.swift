/// What operators and databases know of a flow, as it was known when the flow left the cache: numbers of texts in a `TextTable`; 0 where
/// nothing is known.
@frozen
public struct FlowFacts: Sendable, BitwiseCopyable, Equatable {
  public var sourceLabel: UInt32 = 0
  public var destinationLabel: UInt32 = 0
  public var sourceCountry: UInt32 = 0
  public var destinationCountry: UInt32 = 0
  public var sourceASName: UInt32 = 0
  public var destinationASName: UInt32 = 0
  public var exporterName: UInt32 = 0
  /// For interfaces of which the exporter sends no name.
  public var ingressInterfaceName: UInt32 = 0
  public var egressInterfaceName: UInt32 = 0

  public init() {}
}
