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

extension FlowExtension: Codable {
  private enum CodingKeys: CodingKey {
    case source, destination, sourcePort, destinationPort, mpls, engine, selector, extra
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    postNATSource = try values.decodeIfPresent(IPAddress.self, forKey: .source) ?? .unspecified
    postNATDestination = try values.decodeIfPresent(IPAddress.self, forKey: .destination) ?? .unspecified
    postNATSourcePort = try values.decodeIfPresent(UInt16.self, forKey: .sourcePort) ?? 0
    postNATDestinationPort = try values.decodeIfPresent(UInt16.self, forKey: .destinationPort) ?? 0
    for (index, label) in (try values.decodeIfPresent([UInt32].self, forKey: .mpls) ?? []).prefix(10).enumerated() {
      mplsStack[index] = label
    }
    applicationEngine = try values.decodeIfPresent(UInt8.self, forKey: .engine) ?? 0
    applicationSelector = try values.decodeIfPresent(UInt64.self, forKey: .selector) ?? 0
    extra = try values.decodeIfPresent(String.self, forKey: .extra) ?? ""
  }

  /// What is absent is left out.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    if !postNATSource.isUnspecified { try values.encode(postNATSource, forKey: .source) }
    if !postNATDestination.isUnspecified { try values.encode(postNATDestination, forKey: .destination) }
    if postNATSourcePort != 0 { try values.encode(postNATSourcePort, forKey: .sourcePort) }
    if postNATDestinationPort != 0 { try values.encode(postNATDestinationPort, forKey: .destinationPort) }
    let labels = mplsStack.indices.map { mplsStack[$0] }
    if labels.contains(where: { $0 != 0 }) { try values.encode(labels, forKey: .mpls) }
    if applicationEngine != 0 { try values.encode(applicationEngine, forKey: .engine) }
    if applicationSelector != 0 { try values.encode(applicationSelector, forKey: .selector) }
    if !extra.isEmpty { try values.encode(extra, forKey: .extra) }
  }
}
