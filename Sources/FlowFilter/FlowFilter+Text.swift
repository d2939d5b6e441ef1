import FlowModel
import NetworkBytes

/// A filter as text that parses to the same filter.
extension FlowFilter: CustomStringConvertible {
  public var description: String {
    switch self {
    case .any: "any"
    case .not(let inner): "not \(inner.operand)"
    case .all(let conditions): conditions.map(\.operand).joined(separator: " and ")
    case .some(let conditions): conditions.map(\.operand).joined(separator: " or ")
    case .test(let test): test.description
    }
  }

  /// In parentheses if it has several conditions.
  private var operand: String {
    switch self {
    case .any, .not, .test: description
    case .all, .some: "(\(description))"
    }
  }
}

extension FlowFilter {
  /// Splits a condition on any of several columns into one per column.
  var separated: [FlowFilter] {
    switch self {
    case .test(.address(let columns, let networks)): columns.map { .test(.address([$0], networks)) }
    case .test(.number(let columns, let comparison)): columns.map { .test(.number([$0], comparison)) }
    case .test(.mac(let columns, let address)): columns.map { .test(.mac([$0], address)) }
    case .test(.text(let columns, let texts)): columns.map { .test(.text([$0], texts)) }
    case .any, .not, .all, .some, .test: [self]
    }
  }
}

extension FlowTest: CustomStringConvertible {
  public var description: String {
    switch self {
    case .isIPv4(let wanted): wanted ? "ipv4" : "ipv6"
    case .address(let columns, let networks):
      "\(Self.phrase(columns)) \(Self.list(networks.networks.map(\.description)))"
    case .number(let columns, let comparison): "\(Self.phrase(columns)) \(comparison)"
    case .text(let columns, let texts):
      "\(Self.phrase(columns)) \(Self.list(texts.sorted().map(FilterLexer.quoted)))"
    case .mpls(let label, let comparison): "mpls \(label) \(comparison)"
    case .tcpFlags(let flags): "flags 0x\(String(flags, radix: 16))"
    case .mac(let columns, let address): "\(Self.phrase(columns)) \(ValueText.mac(address))"
    case .rate(let rate, let comparison): "\(rate.rawValue) \(comparison)"
    case .collector(let name): "ident \(FilterLexer.quoted(name))"
    }
  }

  /// Returns the words for columns; without a side if they are of both ends.
  private static func phrase(_ columns: [FlowColumn]) -> String {
    guard columns.count > 1, let term = columns[0].filterTerm else { return columns.first?.filterPhrase ?? "any" }
    return (term.isTranslated ? "nat " : "") + term.word
  }

  private static func list(_ values: [String]) -> String {
    values.count == 1 ? values[0] : "in [\(values.joined(separator: " "))]"
  }
}

extension Network: CustomStringConvertible {
  /// `10.0.0.0/8`; a single address without the length.
  public var description: String {
    if length == 128 { return address.description }
    return "\(address)/\(address.isV4 && length >= 96 ? length - 96 : length)"
  }
}

extension Comparison: CustomStringConvertible {
  /// `> 1023`, `in [80 443]`.
  public var description: String {
    switch self {
    case .equal(let number): "= \(number)"
    case .less(let bound): "< \(bound)"
    case .greater(let bound): "> \(bound)"
    case .atMost(let bound): "<= \(bound)"
    case .atLeast(let bound): ">= \(bound)"
    case .oneOf(let numbers): "in [\(numbers.sorted().map(String.init).joined(separator: " "))]"
    }
  }
}
