import FlowModel
import Testing

@Suite("Names of events")
struct ValueNamesTests {
  private static let all: [ValueNames] = FlowColumn.allCases.compactMap { $0.naming?.values }

  @Test("events of translators and firewalls and the forwarding status have names, of IANA's registries")
  func columns() {
    #expect(
      FlowColumn.allCases.filter { $0.naming?.values != nil } == [.natEvent, .firewallEvent, .forwardingStatus])
    #expect(FlowColumn.natEvent.naming?.name(16) == "port block allocation")
    #expect(FlowColumn.firewallEvent.naming?.name(5) == "update")
    #expect(FlowColumn.forwardingStatus.naming?.name(129) == "dropped ACL deny")
    #expect(FlowColumn.forwardingStatus.naming?.name(66) == "forwarded not fragmented")
    #expect(FlowColumn.firewallEvent.naming?.name(77) == "77")
    #expect(ValueNames.firewallEvents.label(5) == "5 (update)")
    #expect(ValueNames.firewallEvents.label(77) == "77")
  }

  @Test("a filter can have each of them as one word, in any case", arguments: all.indices)
  func words(_ index: Int) {
    let names = Self.all[index]
    var values: Set<UInt64> = []
    for word in names.words {
      #expect(word.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }, "\(word)")
      values.formUnion(names.values(word) ?? [])
      #expect(names.values(word.uppercased()) == names.values(word))
    }
    for number in UInt64(0)...255 where names.name(number) != nil { #expect(values.contains(number), "\(number)") }
    #expect(values.allSatisfy { $0 <= 255 })
    #expect(names.values("nothing") == nil)
  }

  @Test("the forwarding status' upper bits are in one group each")
  func groups() {
    let names = ValueNames.forwardingStatuses
    for (number, group) in [(UInt64(0), "unknown"), (64, "forwarded"), (128, "dropped"), (192, "consumed")] {
      #expect(names.values(group) == Set(number..<(number + 64)))
    }
  }
}
