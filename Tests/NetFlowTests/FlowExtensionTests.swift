import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Rare fields as a checkpoint keeps them")
struct FlowExtensionTests {
  private static func random(_ random: inout SeededGenerator) -> FlowExtension {
    var fields = FlowExtension()
    func chance() -> Bool { random.below(2) == 0 }
    if chance() {
      fields.postNATSource = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
      fields.postNATDestination = IPAddress(high: random.next(), low: random.next())
    }
    if chance() {
      fields.postNATSourcePort = UInt16(truncatingIfNeeded: random.next())
      fields.postNATDestinationPort = UInt16(truncatingIfNeeded: random.next())
    }
    if chance() {
      fields.portBlockStart = UInt16(truncatingIfNeeded: random.next())
      fields.portBlockEnd = UInt16(truncatingIfNeeded: random.next())
    }
    if chance() { fields.mplsTopLabelAddress = IPAddress(high: random.next(), low: random.next()) }
    if chance() { fields.reverseOctets = random.next() }
    if chance() { fields.reversePackets = random.next() }
    for depth in 0..<random.below(11) where chance() {
      fields.mplsStack[depth] = UInt32(truncatingIfNeeded: random.next()) & 0xff_ffff
    }
    if chance() { fields.applicationEngine = UInt8(truncatingIfNeeded: random.next()) }
    if chance() { fields.applicationSelector = random.next() >> 8 }
    if chance() { fields.extra = String(repeating: "{\"größe\":1}", count: random.below(30)) }
    return fields
  }

  @Test("what was written is read again, one behind the other; what is cut off is not read")
  func roundTrip() {
    let seed = runSeed("EXTENSION_SEED")
    var random = SeededGenerator(seed: seed)
    let all = (0..<500).map { _ in Self.random(&random) }
    var octets: [UInt8] = []
    for fields in all { fields.append(to: &octets) }
    var place = 0
    for (number, fields) in all.enumerated() {
      #expect(FlowExtension(octets.rawSpan, at: &place) == fields, "seed \(seed), number \(number)")
    }
    #expect(place == octets.count)
    for fields in all.prefix(50) {
      var whole: [UInt8] = []
      fields.append(to: &whole)
      for count in 0..<whole.count {
        var place = 0
        let cut = Array(whole.prefix(count))
        #expect(FlowExtension(cut.rawSpan, at: &place) == nil, "seed \(seed)")
      }
    }
  }

  @Test("what an earlier version wrote is read")
  func earlier() {
    var octets: [UInt8] = [0x34] + [13] + Array(7, width: 8) + Array(1024, width: 2) + Array(2047, width: 2)
    octets += Array(0, width: 8) + Array(0xffff_0a00_0001, width: 8)
    var expected = FlowExtension()
    (expected.applicationEngine, expected.applicationSelector) = (13, 7)
    (expected.portBlockStart, expected.portBlockEnd) = (1024, 2047)
    expected.mplsTopLabelAddress = IPAddress(v4: 0x0a00_0001)
    var place = 0
    #expect(FlowExtension(octets.rawSpan, at: &place) == expected)
    #expect(place == octets.count)
  }
}
