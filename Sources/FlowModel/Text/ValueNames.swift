/// Names of an element's values from IANA's registry, and the words that filters accept for them.
public struct ValueNames: Sendable {
  private let names: [UInt64: String]
  /// Words for several values, or other programs' words for one.
  private let groups: [String: Set<UInt64>]
  private let numbers: [String: UInt64]

  private init(_ names: KeyValuePairs<UInt64, String>, groups: [String: Set<UInt64>]) {
    self.names = Dictionary(names.map { ($0.key, $0.value) }) { first, _ in first }
    numbers = Dictionary(names.map { (Self.word($0.value), $0.key) }) { first, _ in first }
    self.groups = groups
  }

  /// Returns the name; nil if it has none.
  public func name(_ number: UInt64) -> String? { names[number] }

  /// Returns `5 (update)`, or the number alone if it has no name.
  public func label(_ number: UInt64) -> String { names[number].map { "\(number) (\($0))" } ?? String(number) }

  /// Returns the values of a filter word: a name with hyphens for blanks, or a group; nil if it is unknown.
  public func values(_ word: String) -> Set<UInt64>? {
    let word = word.lowercased()
    return groups[word] ?? numbers[word].map { [$0] }
  }

  /// All words that `values` accepts, in order.
  public var words: [String] { Set(groups.keys).union(numbers.keys).sorted() }

  private static func word(_ name: String) -> String {
    String(name.lowercased().map { $0 == " " ? "-" : $0 })
  }
}

extension ValueNames {
  /// natEvent (RFC 8158 §4.3; IANA 230): "create" and "delete" cover the begin and end of sessions, bindings and
  /// blocks.
  public static let natEvents = ValueNames(
    [
      1: "translation create", 2: "translation delete", 3: "addresses exhausted", 4: "NAT44 session create",
      5: "NAT44 session delete", 6: "NAT64 session create", 7: "NAT64 session delete", 8: "NAT44 BIB create",
      9: "NAT44 BIB delete", 10: "NAT64 BIB create", 11: "NAT64 BIB delete", 12: "ports exhausted",
      13: "quota exceeded",
      14: "address binding create", 15: "address binding delete", 16: "port block allocation",
      17: "port block de-allocation", 18: "threshold reached",
    ],
    groups: [
      "create": [1, 4, 6, 8, 10, 14, 16], "add": [1, 4, 6, 8, 10, 14, 16], "delete": [2, 5, 7, 9, 11, 15, 17],
      "exhausted": [3, 12],
    ])

  /// firewallEvent (IANA 233), and nfdump's words.
  public static let firewallEvents = ValueNames(
    [1: "created", 2: "deleted", 3: "denied", 4: "alert", 5: "update"],
    groups: ["ignore": [0], "create": [1], "delete": [2], "term": [2], "deny": [3]])

  /// forwardingStatus (RFC 7270 §4.12; IANA 89): the status in the upper two bits, the reason in the others.
  public static let forwardingStatuses = ValueNames(
    [
      64: "forwarded", 65: "forwarded fragmented", 66: "forwarded not fragmented", 128: "dropped",
      129: "dropped ACL deny",
      130: "dropped ACL drop", 131: "dropped unroutable", 132: "dropped adjacency",
      133: "dropped fragmentation and DF set", 134: "dropped bad header checksum", 135: "dropped bad total length",
      136: "dropped bad header length", 137: "dropped bad TTL", 138: "dropped policer", 139: "dropped WRED",
      140: "dropped RPF", 141: "dropped for us", 142: "dropped bad output interface", 143: "dropped hardware",
      192: "consumed", 193: "consumed punt adjacency", 194: "consumed incomplete adjacency", 195: "consumed for us",
    ],
    groups: [
      "unknown": Set(0...63), "forwarded": Set(64...127), "dropped": Set(128...191), "consumed": Set(192...255),
    ])
}
