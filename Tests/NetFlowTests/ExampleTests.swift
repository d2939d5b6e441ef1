import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Example of the documentation")
struct ExampleTests {
  @Test("decodes a datagram into flow records")
  func example() {
    let payload = Wire.v5(Wire.v5Record)
    // Example begins.
    var decoder = FlowDecoder()
    var batch = FlowBatch()
    let exporter = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 2055)  // 192.0.2.1
    decoder.decode(payload.rawSpan, from: exporter, arrival: 1_750_000_000_000_000_000, into: &batch)

    let flows = batch.records.map { record in
      let origin = decoder.origins.origins[Int(record.origin)]
      return "\(origin.exporter): \(record.source) to \(record.destination), \(record.octets) octets"
    }
    let malformed = decoder.counters[.badCount]
    // Example ends.
    #expect(flows == ["192.0.2.1: 10.0.0.1 to 10.0.0.2, 1536 octets"])
    #expect(malformed == 0)
  }

  @Test("is the one that is tested")
  func documentation() throws {
    let example = try DocumentedExample.compiled()
    #expect(!example.isEmpty)
    #expect(try DocumentedExample.documented("NetFlow") == example)
  }
}
