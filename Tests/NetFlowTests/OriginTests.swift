import FlowModel
import NetFlow
import NetworkBytes
import Testing

/// Numbers for the origins of records, within limits.
@Suite("Origins")
struct OriginTests {
  private static let sender = IPAddress(v4: 0xc633_6401)

  private static func origin(_ domain: Int) -> FlowOrigin {
    FlowOrigin(exporter: sender, domain: UInt32(domain), version: 10)
  }

  @Test("of one sender beyond its bound are merged under its address; others' are not")
  func perSender() {
    var table = OriginTable(maximumPerSender: 3)
    let numbers = (0..<6).map { table.number(of: Self.origin($0), from: Self.sender) }
    #expect(numbers == [1, 2, 3, 4, 4, 4])
    #expect(table.origins[4] == FlowOrigin(exporter: Self.sender, domain: 0, version: 0))
    #expect(table.merged == 3)
    let other = FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 9)
    #expect(table.number(of: other, from: other.exporter) == 5)
    // Numbered origins keep their number.
    #expect(table.number(of: Self.origin(2), from: Self.sender) == 3)
    #expect(table.merged == 3)
  }

  @Test("that a mediator tells count for the mediator")
  func mediator() {
    var table = OriginTable(maximumPerSender: 2)
    let told = (1...4).map { FlowOrigin(exporter: IPAddress(v4: $0), domain: 0, version: 10) }
    #expect(told.map { table.number(of: $0, from: Self.sender) } == [1, 2, 3, 3])
    #expect(table.origins[3].exporter == Self.sender)
    #expect(table.number(of: told[2], from: told[2].exporter) == 4)
  }

  @Test("beyond the bound on all are number 0")
  func all() {
    var table = OriginTable(maximumCount: 2)
    let numbers = (1...3).map { number in
      let address = IPAddress(v4: UInt32(number))
      return table.number(of: FlowOrigin(exporter: address, domain: 0, version: 5), from: address)
    }
    #expect(numbers == [1, 0, 0])
    #expect(table.merged == 2)
  }

  @Test("are numbered with the first record, so that empty messages do not fill the table")
  func emptyMessages() {
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    for domain in 0..<100 {
      for message in [Wire.ipfix(domain: domain), Wire.v9(domain: domain), Wire.v5([])] {
        decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
      }
    }
    #expect(decoder.origins.origins.count == 1)
  }
}
