import ArgumentParser
import CloudAPI
import FlowModel
import FlowQuery
import FlowText
import HostNames
import NetworkBytes

/// Option to show host names with addresses.
struct HostOptions: ParsableArguments {
  @Flag(help: "Show host names after addresses in tables, as far as the resolver answers within 2 seconds.")
  var resolve = false

  /// Maximum wait for names, seconds: for one result, and for each look of a watch; later names appear in the next.
  static let answerWait = 2.0
  static let lookWait = 0.2

  func check(_ format: RowFormat) throws {
    guard resolve, format != .table else { return }
    throw ValidationError(
      "--resolve: only tables show host names, because they depend on how fast the resolver answers")
  }

  /// Nil if names were not requested.
  func names(wait: Double = answerWait) -> HostNameCells? { resolve ? HostNameCells(ReverseNames(wait: wait)) : nil }
}

/// Host names, safe for a terminal, for values that are addresses.
struct HostNameCells: Sendable {
  private let reverse: ReverseNames

  init(_ reverse: ReverseNames) { self.reverse = reverse }

  func beginAnswer() { reverse.beginAnswer() }

  /// The owner of an address controls its name, so control characters are escaped.
  func names(of addresses: [IPAddress]) -> [IPAddress: String] {
    reverse.names(of: addresses).mapValues(TerminalText.escaped)
  }

  /// Adds names to addresses in keys of groups, `10.0.0.1 (host.example)`; networks have none.
  func named(_ keys: [[String?]], of key: GroupKey) -> [[String?]] {
    let places = key.parts.indices.filter { key.parts[$0].column.kind == .address && key.parts[$0].prefix == nil }
    let names = names(of: keys.flatMap { values in places.compactMap { values[$0].flatMap { IPAddress($0) } } })
    return keys.map { values in
      var values = values
      for place in places {
        guard let text = values[place], let address = IPAddress(text), let name = names[address] else { continue }
        values[place] = "\(text) (\(name))"
      }
      return values
    }
  }
}
