import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Padding of data sets")
struct PaddingTests {
  private static func message(_ content: [UInt8], sequence: Int = 0, isVariable: Bool = false) -> [UInt8] {
    let fields = isVariable ? [[1, 4], [82, 65535]] : [[1, 4], [2, 4]]
    return Wire.ipfix(Wire.set(2, Wire.template(256, fields)), Wire.set(256, content), sequence: sequence)
  }

  private static let record = Wire.be32(7) + Wire.be32(1)
  private static let zeros = [UInt8](repeating: 0, count: 8)

  @Test("is what records of zeros at the end of a set are, but not between others", arguments: 0..<24)
  func zeroRecords(_ count: Int) {
    let tail = [UInt8](repeating: 0, count: count)
    let decoded = FlowDecoded([Self.message(Self.record + tail)])
    #expect(decoded.records.map(\.octets) == [7])
    #expect(decoded.counters.flowRecords == 1)
    #expect(decoded.issues == (count < 8 ? [:] : ["padding_record": UInt64(count / 8)]))
    let between = FlowDecoded([Self.message(Self.zeros + Self.record + tail)])
    #expect(between.records.map(\.octets) == [0, 7])
  }

  @Test("of records of varying length is found, too")
  func variable() {
    let record = Wire.be32(7) + Wire.variable([0x61])
    let decoded = FlowDecoded([Self.message(record + Self.zeros + Self.zeros, isVariable: true)])
    #expect(decoded.records.map(\.octets) == [7])
    // An empty name is not padding.
    let empty = FlowDecoded([Self.message(Wire.be32(7) + [0] + record, isVariable: true)])
    #expect(empty.records.map(\.octets) == [7, 7])
  }

  @Test("is no part of the sequence")
  func sequence() {
    let message = { Self.message(Self.record + Self.zeros + Self.zeros, sequence: $0) }
    let decoded = FlowDecoded((5..<9).map(message))
    #expect(decoded.counters.sequence == SequenceCounters())
  }

  @Test("is not what else is left over: that is counted", arguments: [false, true])
  func leftover(_ isVariable: Bool) {
    let record = isVariable ? Wire.be32(7) + Wire.variable([0x61, 0x62]) : Self.record
    let decoded = FlowDecoded([Self.message(record + [0, 1, 0], isVariable: isVariable)])
    #expect(decoded.records.map(\.octets) == [7])
    #expect(decoded.issues == ["leftover_octets": 3])
    #expect(Decoded([Self.message(record + [0, 1, 0], isVariable: isVariable)]).issues == ["leftover_octets": 3])
    #expect(FlowDecoded([Self.message(record + [0, 0, 0], isVariable: isVariable)]).issues.isEmpty)
  }

  @Test("is not looked for octet by octet with each record")
  func cost() {
    // Zeros followed by a nonzero octet: 65,000 records that could all be padding.
    let content = [UInt8](repeating: 0, count: 65_000) + [6]
    let template = Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])))
    let decoded = FlowDecoded([template, Wire.ipfix(Wire.set(256, content))])
    #expect(decoded.records.count == 65_001)
    let plain = FlowDecoded([template, Wire.ipfix(Wire.set(256, content.dropLast() + [0]))])
    // A set has at least one record.
    #expect(plain.records.count == 1)
    #expect(plain.counters[.paddingRecord] == 65_000)
  }
}
