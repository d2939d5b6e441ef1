import CAllocationCounter
import NetworkBytes
import PacketHeaders
import TestSupport
import Testing

@Suite("Headers of packets")
struct PacketHeadersTests {
  private static func values(_ octets: Octets, _ start: PacketHeaders.Start) -> [String: String] {
    PacketHeaders(octets.rawSpan, from: start).values
  }

  @Test("are read", arguments: PacketVector.all)
  func vectors(_ vector: PacketVector) {
    #expect(Self.values(vector.octets, vector.start) == vector.values)
  }

  @Test(
    "are those of the whole packet as far as a prefix reaches, and complete before its end", arguments: PacketVector.all
  )
  func prefixes(_ vector: PacketVector) {
    var last: [String: String] = [:]
    for count in 0...vector.octets.count {
      let values = Self.values(Array(vector.octets.prefix(count)), vector.start)
      for (name, value) in values { #expect(vector.values[name] == value, "\(name) of \(count) octets") }
      for name in last.keys { #expect(values[name] != nil, "\(name) of \(count) octets") }
      last = values
    }
    #expect(last == vector.values)
  }

  @Test("of damaged and random packets never trap, and agree with those of their prefixes")
  func damaged() {
    let seed = runSeed("PACKET_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<60_000 {
      var octets = PacketVector.all[random.below(PacketVector.all.count)].octets
      switch round % 4 {
      case 0: octets = random.octets(random.below(160))
      case 1: octets += random.octets(random.below(80))
      default: break
      }
      for _ in 0..<random.below(6) where !octets.isEmpty {
        octets[random.below(octets.count)] = [0, 1, 0x2c, 0x3c, 0x45, 0x60, 0x81, 0x88, 0xff][random.below(9)]
      }
      let start: PacketHeaders.Start =
        random.below(3) == 0 ? .network : .ethernet(missing: [0, 0, 0, 12, 14, 3, .max][random.below(7)])
      let whole = Self.values(octets, start)
      let cut = Self.values(Array(octets.prefix(random.below(octets.count + 1))), start)
      for (name, value) in cut { #expect(whole[name] == value, "\(name), seed \(seed), round \(round)") }
      #expect(octets == octets.rawSpan.copied())
    }
  }

  @Test("of chains of tags, labels and extension headers take no longer than their octets")
  func chains() {
    let frame = zeros(12)
    let tags = frame + Array(repeatElement(hex("8100 0001"), count: 16_000).joined())
    #expect(Self.values(tags, .ethernet(missing: 0)) == ["vlan": "1"])
    let labels = frame + hex("8847") + Array(repeatElement(hex("00010 000"), count: 16_000).joined())
    #expect(Self.values(labels, .ethernet(missing: 0))["ip"] == nil)
    let options =
      hex("60000000 ffff 3c40") + zeros(32) + Array(repeatElement(hex("3c00 0000 0000 0000"), count: 8000).joined())
    for _ in 0..<200 { #expect(PacketHeaders(options.rawSpan, from: .network).protocolIdentifier == 0) }
  }

  @Test("are read without an allocation")
  func allocations() {
    var sum: UInt64 = 0
    var allocations: UInt64 = 0
    for vector in PacketVector.all {
      let before = allocation_count()
      sum &+= UInt64(PacketHeaders(vector.octets.rawSpan, from: vector.start).length)
      allocations += allocation_count() - before
    }
    #expect(allocations == 0)
    #expect(sum > 0)
  }
}
