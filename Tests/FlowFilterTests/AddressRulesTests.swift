import FlowFilter
import NetworkBytes
import Testing

@Suite("Allowed and denied senders")
struct AddressRulesTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    var allow: [String] = []
    var deny: [String] = []
    var address: String
    var verdict: AddressRules.Verdict
    var isNamed = false

    var testDescription: String { "allow \(allow), deny \(deny): \(address)" }
  }

  private static let cases: [Case] = [
    Case(address: "192.0.2.1", verdict: .taken),
    Case(allow: ["192.0.2.0/24"], address: "192.0.2.1", verdict: .taken, isNamed: true),
    Case(allow: ["192.0.2.0/24"], address: "192.0.3.1", verdict: .notAllowed),
    Case(allow: ["192.0.2.0/24"], address: "2001:db8::1", verdict: .notAllowed),
    Case(deny: ["192.0.2.0/24"], address: "192.0.2.1", verdict: .denied),
    Case(deny: ["192.0.2.0/24"], address: "192.0.3.1", verdict: .taken),
    // A longer prefix does not override a denial.
    Case(allow: ["192.0.2.7"], deny: ["192.0.2.0/24"], address: "192.0.2.7", verdict: .denied),
    Case(allow: ["192.0.2.0/24"], deny: ["192.0.2.7"], address: "192.0.2.7", verdict: .denied),
    Case(allow: ["192.0.2.0/24"], deny: ["192.0.2.7"], address: "192.0.2.8", verdict: .taken, isNamed: true),
    // IPv4-mapped addresses match as IPv4 addresses, and no other IPv6 addresses do.
    Case(allow: ["10.0.0.0/8"], address: "::ffff:10.1.2.3", verdict: .taken, isNamed: true),
    Case(allow: ["::ffff:10.0.0.0/104"], address: "10.1.2.3", verdict: .taken, isNamed: true),
    Case(deny: ["::ffff:10.1.2.3"], address: "10.1.2.3", verdict: .denied),
    Case(allow: ["::/0"], address: "10.1.2.3", verdict: .notAllowed),
    Case(allow: ["0.0.0.0/0"], address: "2001:db8::1", verdict: .notAllowed),
    Case(allow: ["0.0.0.0/0", "::/0"], address: "2001:db8::1", verdict: .taken, isNamed: true),
    Case(allow: ["::/0"], address: "::10.1.2.3", verdict: .taken, isNamed: true),
  ]

  @Test("what is denied is denied, and with an allow list all others are", arguments: cases)
  private func verdict(_ example: Case) throws {
    let rules = AddressRules(
      allowed: try Self.networks(example.allow), denied: try Self.networks(example.deny))
    let address = try #require(IPAddress(example.address))
    #expect(rules.verdict(on: address) == example.verdict)
    #expect(rules.names(address) == example.isNamed)
    // The same with so many networks that they are stored in a table.
    let more = (0..<20).map { "198.51.100.\($0)/32" }
    let large = AddressRules(
      allowed: example.allow.isEmpty ? [] : try Self.networks(example.allow + more),
      denied: try Self.networks(example.deny + more))
    #expect(large.verdict(on: address) == example.verdict)
    #expect(large.names(address) == example.isNamed)
  }

  private static func networks(_ texts: [String]) throws -> NetworkSet {
    NetworkSet(try texts.map { try #require(Network($0)) })
  }
}
