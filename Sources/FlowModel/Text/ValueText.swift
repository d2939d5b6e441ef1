import NetworkBytes

/// The textual form of values that are not numbers, in files and elsewhere.
public enum ValueText {
  /// Returns `netflow_v5`, `netflow_v9` or `ipfix`; `mixed` if flows of several versions were merged.
  public static func flowType(version: UInt16) -> String {
    switch version {
    case 5: "netflow_v5"
    case 9: "netflow_v9"
    case 10: "ipfix"
    default: "mixed"
    }
  }

  /// By `FlowRecord.direction`.
  public static let directions: [String?] = [nil, "ingress", "egress"]

  /// Appends `00:1b:44:11:3a:b7`.
  public static func appendMAC(_ address: UInt64, to text: inout [UInt8]) {
    for shift in stride(from: UInt64(40), through: 0, by: -8) {
      for digit in [
        UInt8(truncatingIfNeeded: address >> (shift + 4)) & 15, UInt8(truncatingIfNeeded: address >> shift) & 15,
      ] {
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
      if shift > 0 { text.append(UInt8(ascii: ":")) }
    }
  }

  public static func mac(_ address: UInt64) -> String {
    var text: [UInt8] = []
    appendMAC(address, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Returns `3:80`: classification engine and the selector's low 24 bits (RFC 6759 §4); nil if absent.
  @Sendable public static func application(_ fields: FlowExtension) -> String? {
    if fields.applicationEngine == 0 { return nil }
    return "\(fields.applicationEngine):\(fields.shownApplicationSelector)"
  }

  /// Returns `16001/3`: the labels from the top of the stack; nil if absent.
  @Sendable public static func mplsLabels(_ fields: FlowExtension) -> String? {
    var labels: [String] = []
    for depth in fields.mplsStack.indices where fields.mplsStack[depth] != 0 {
      labels.append(String(fields.mplsStack[depth] >> 4))
    }
    return labels.isEmpty ? nil : labels.joined(separator: "/")
  }
}
