import FlowStore
import Flows

/// What flows are grouped by: columns, addresses by a prefix if that is wanted, or either end of a flow.
public struct GroupKey: Hashable, Sendable {
  public struct Part: Hashable, Sendable {
    /// As it was asked for, and as the column of the answer is called.
    public var name: String
    public var column: FlowColumn
    /// Bits of an address that count; nil: all.
    public var prefix: PrefixLengths?

    /// Whether its values are text, whatever they look like.
    public var isText: Bool { addressColumns.contains(column) || textColumns.contains(column) }
  }

  public var parts: [Part]
  /// The columns of the other direction, whose flows belong to the same groups; nil: each direction has its own.
  public var reverse: [Part]?
  /// The other columns of a key of either end: a flow belongs to the group of its source and to that of its destination.
  public var otherEnd: [Part]?

  /// Columns of addresses.
  static let addressColumns: Set<FlowColumn> = [
    .exporterAddress, .sourceAddress, .destinationAddress, .nextHop, .postNATSourceAddress, .postNATDestinationAddress,
  ]
  /// Columns of other text.
  static let textColumns: Set<FlowColumn> = [
    .flowType, .direction, .sourceMAC, .destinationMAC, .application, .mplsLabels, .extra, .ingressInterfaceName,
    .egressInterfaceName, .applicationName, .vrfName,
  ]
  static let timeColumns: Set<FlowColumn> = [.timeStart, .timeEnd]

  private static let record = ["proto", "src_addr", "src_port", "dst_addr", "dst_port"]

  /// Names that stand for either end, and the columns of each.
  private static let ends: [String: (FlowColumn, FlowColumn)] = [
    "addr": (.sourceAddress, .destinationAddress), "talkers": (.sourceAddress, .destinationAddress),
    "ip": (.sourceAddress, .destinationAddress), "port": (.sourcePort, .destinationPort),
    "as": (.sourceAS, .destinationAS), "if": (.ingressInterface, .egressInterface),
    "if_name": (.ingressInterfaceName, .egressInterfaceName),
    "vlan": (.sourceVLAN, .destinationVLAN), "mac": (.sourceMAC, .destinationMAC),
  ]

  /// nfdump's names of what is counted, beside the store's.
  private static let aliases: [String: String] = [
    "srcip": "src_addr", "dstip": "dst_addr", "srcport": "src_port", "dstport": "dst_port", "srcas": "src_as",
    "dstas": "dst_as", "inif": "in_if", "outif": "out_if", "router": "exporter_addr", "nhip": "next_hop",
    "tos": "ip_tos", "exporter": "exporter_addr",
  ]

  /// Reads `src_addr,dst_port`, `src_addr/24/48`, `record`, `talkers`.
  ///
  /// - Throws: `GroupKeyError` at what is not known.
  public init(parsing text: String) throws(GroupKeyError) {
    parts = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      let word = name.filter { $0 != " " }.lowercased()
      if word == "record" {
        for name in Self.record { parts.append(try Self.part(name)) }
        continue
      }
      let sides = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if let (first, second) = Self.ends[sides[0]] {
        guard otherEnd == nil else {
          throw GroupKeyError(word, "one name of either end (addr, port, as, if, if_name, vlan, mac)", [])
        }
        otherEnd = parts
        let suffix = sides.count > 1 ? "/" + sides[1] : ""
        var part = try Self.part(first.name + suffix)
        part.name = word == "talkers" ? "addr" : word
        parts.append(part)
        var other = try Self.part(second.name + suffix)
        other.name = part.name
        otherEnd?.append(other)
      } else {
        let part = try Self.part(word)
        parts.append(part)
        otherEnd?.append(part)
      }
    }
  }

  /// The same groups for both directions of a conversation.
  ///
  /// - Throws: `GroupKeyError` if the key does not have both ends.
  public mutating func mergeDirections() throws(GroupKeyError) {
    let other = parts.map { part in
      var part = part
      part.column = part.column.otherEnd ?? part.column
      return part
    }
    let columns = Set(parts.map(\.column))
    guard otherEnd == nil, columns.contains(where: { $0.otherEnd != nil }), Set(other.map(\.column)) == columns else {
      throw GroupKeyError(
        parts.map(\.name).joined(separator: ","), "both ends of a conversation, as in record or src_addr,dst_addr", [])
    }
    reverse = other
  }

  private static func part(_ word: String) throws(GroupKeyError) -> Part {
    let sides = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let name = aliases[sides[0]] ?? sides[0]
    guard let column = FlowColumn.allCases.first(where: { $0.name == name }) else {
      let names =
        FlowColumn.allCases.map(\.name) + ["record", "talkers", "addr", "port", "as", "if", "if_name", "vlan", "mac"]
      throw GroupKeyError(word, "a column", Spelling.nearest(to: name, among: names))
    }
    guard sides.count > 1 else { return Part(name: name, column: column) }
    let suffix = word.dropFirst(sides[0].count + 1)
    guard addressColumns.contains(column), let prefix = PrefixLengths(suffix) else {
      throw GroupKeyError(word, "a prefix length of an address column, as in src_addr/24 or src_addr/24/48", [])
    }
    return Part(name: "\(name)/\(suffix)", column: column, prefix: prefix)
  }
}

/// Why a text is no key.
public struct GroupKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public let expected: String
  /// Names that it may have been meant to be.
  public let nearest: [String]

  init(_ text: String, _ expected: String, _ nearest: [String]) {
    self.text = text
    self.expected = expected
    self.nearest = nearest
  }

  public var description: String {
    let advice = nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: ", "))?"
    return "expected \(expected), found '\(text)'\(advice)"
  }
}

extension FlowColumn {
  /// The same of the other end of a conversation; nil if it is of neither.
  var otherEnd: FlowColumn? {
    switch self {
    case .sourceAddress: .destinationAddress
    case .destinationAddress: .sourceAddress
    case .sourcePort: .destinationPort
    case .destinationPort: .sourcePort
    case .sourceAS: .destinationAS
    case .destinationAS: .sourceAS
    case .sourceMask: .destinationMask
    case .destinationMask: .sourceMask
    case .sourceVLAN: .destinationVLAN
    case .destinationVLAN: .sourceVLAN
    case .sourceMAC: .destinationMAC
    case .destinationMAC: .sourceMAC
    case .ingressInterface: .egressInterface
    case .egressInterface: .ingressInterface
    case .ingressInterfaceName: .egressInterfaceName
    case .egressInterfaceName: .ingressInterfaceName
    default: nil
    }
  }
}
