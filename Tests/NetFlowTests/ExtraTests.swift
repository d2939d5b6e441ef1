import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("A flow record's extra")
struct ExtraTests {
  private static let message = Wire.ipfix(
    Wire.set(
      2,
      Wire.template(300, [[4, 1]])
        + Wire.template(
          256,
          [
            [8, 4], [1, 4], [999, 1], [1, 2, 9], [1, 2, 9], [210, 1], [82, 65535], [1, 0, 9], [292, 65535], [8, 4],
          ])
        + Wire.template(257, [[8, 4], [1, 4], [210, 1], [998, 0]])),
    Wire.set(256, Wire.hex("0a000001 00000005 06 0102 0304 00 02 6c22 04 03012c11 0a000002")),
    Wire.set(257, Wire.hex("0a000001 00000005 00")))

  private static func extras(keepsExtra: Bool) -> [String] {
    var options = FlowDecoderOptions()
    options.keepsExtra = keepsExtra
    options.maximumClockSkew = nil
    var decoder = FlowDecoder(options: options)
    var batch = FlowBatch()
    decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
    return batch.records.map { record in
      record.extensionNumber == 0 ? "" : batch.extensions[Int(record.extensionNumber) - 1].extra
    }
  }

  @Test("is a JSON object of the fields without a column, but for padding and fields of no length")
  func kept() {
    #expect(
      Self.extras(keepsExtra: true) == [
        #"{"0/999":"06","9/1":["0102","0304"],"interfaceName":"l\"","#
          + #""subTemplateList":{"semantic":3,"template":300,"records":[{"protocolIdentifier":17}]},"#
          + #""sourceIPv4Address":"10.0.0.2"}"#,
        "",
      ])
  }

  @Test("has no field that has a column")
  func columns() {
    let fields: [[Int]] = [
      [230, 1], [233, 1], [89, 1], [361, 2], [362, 2], [351, 8], [47, 4], [140, 16], [363, 2],
    ]
    let record = fields.map { Array(repeating: UInt8(1), count: $0[1]) }
    let decoded = FlowDecoded([FlowMessage(fields: fields, records: [record]).octets]) { $0.keepsExtra = true }
    #expect(decoded.extensions.map(\.extra) == [#"{"portRangeStepSize":257}"#])
  }

  @Test("is left out unless it is asked for")
  func leftOut() {
    #expect(Self.extras(keepsExtra: false) == ["", ""])
  }
}
