import NetworkBytes

/// The fields that few exporters send: kept beside the record, so that the record stays small.
public struct FlowExtension: Sendable, Equatable {
  /// Addresses and ports after translation (elements 225–228, 281, 282); zero: absent.
  public var postNATSource = IPAddress.unspecified
  public var postNATDestination = IPAddress.unspecified
  public var postNATSourcePort: UInt16 = 0
  public var postNATDestinationPort: UInt16 = 0
  /// MPLS label stack entries from the top (elements 70–79), each the three octets label, experimental bits and
  /// bottom-of-stack bit; 0: absent.
  public var mplsStack: InlineArray<10, UInt32> = .init(repeating: 0)
  /// applicationId (element 95, RFC 6759 §4): classification engine and selector; engine 0: absent.
  public var applicationEngine: UInt8 = 0
  public var applicationSelector: UInt64 = 0
  /// A JSON object of the fields that have no column, if these are kept; otherwise empty.
  public var extra = ""

  public init() {}

  public static func == (a: Self, b: Self) -> Bool {
    a.postNATSource == b.postNATSource && a.postNATDestination == b.postNATDestination
      && a.postNATSourcePort == b.postNATSourcePort && a.postNATDestinationPort == b.postNATDestinationPort
      && a.mplsStack.indices.allSatisfy { a.mplsStack[$0] == b.mplsStack[$0] }
      && a.applicationEngine == b.applicationEngine && a.applicationSelector == b.applicationSelector
      && a.extra == b.extra
  }
}
