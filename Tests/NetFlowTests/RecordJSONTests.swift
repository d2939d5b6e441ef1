import NetFlow
import NetworkBytes
import Testing

@Suite("A record's line")
struct RecordJSONTests {
  private static let v9: [UInt8] = [
    // Header: uptime 60 s, export 1750000000, sequence 7, domain 258.
    0, 9, 0, 2, 0, 0, 0xea, 0x60, 0x68, 0x4e, 0xe1, 0x80, 0, 0, 0, 7, 0, 0, 1, 2,
    // Template 256: sourceIPv4Address, flowStartSysUpTime, flowEndSysUpTime.
    0, 0, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 22, 0, 4, 0, 21, 0, 4,
    1, 0, 0, 16, 10, 0, 0, 1, 0, 0, 0x27, 0x10, 0, 0, 0xea, 0x61,
    // Options template 257: scope system, samplingInterval.
    0, 1, 0, 18, 1, 1, 0, 4, 0, 4, 0, 1, 0, 4, 0, 34, 0, 4,
    1, 1, 0, 12, 10, 0, 0, 9, 0, 0, 0, 100,
  ]

  private static func lines(_ message: [UInt8], from exporter: Endpoint) -> (text: String, counters: DecodeCounters) {
    var decoder = RecordDecoder()
    var text: [UInt8] = []
    decoder.decode(message.rawSpan, from: exporter, arrival: 0) { RecordJSON.append($0, to: &text) }
    return (String(decoding: text, as: UTF8.self), decoder.counters)
  }

  @Test("has the record's origin, its fields by name, and its times in UTC")
  func line() throws {
    let address = try #require(IPAddress("2001:db8::5"))
    let lines = Self.lines(Self.v9, from: Endpoint(address: address, port: 50_005))
    #expect(
      lines.text == #"{"exporter":"2001:db8::5","port":50005,"version":9,"domain":258,"template":256,"kind":"flow","#
        + #""exportTime":1750000000,"seq":7,"fields":{"sourceIPv4Address":"10.0.0.1","flowStartSysUpTime":10000,"#
        + #""flowEndSysUpTime":60001},"derived":{"flowStart":"2025-06-15T15:05:50.000Z","#
        + #""flowEnd":"2025-06-15T15:06:40.001Z"}}"# + "\n"
        + #"{"exporter":"2001:db8::5","port":50005,"version":9,"domain":258,"template":257,"kind":"options","#
        + #""exportTime":1750000000,"seq":7,"fields":{"scope/1":167772169,"samplingInterval":100}}"# + "\n")
  }

  @Test("of counters has every issue by name, and what the capture and the sequence numbers tell")
  func counters() {
    var counters = Self.lines([0, 11], from: Endpoint(address: IPAddress(v4: 1), port: 1)).counters
    counters[.badList] = 3
    counters.sequence.gaps = 4
    var text: [UInt8] = []
    RecordJSON.append(counters, truncatedFrames: 5, to: &text)
    #expect(
      String(decoding: text, as: UTF8.self)
        == #"{"short_datagram":0,"bad_version":1,"bad_count":0,"bad_set_length":0,"unknown_template":0,"#
        + #""bad_template":0,"truncated_record":0,"bad_list":3,"reserved_set":0,"withdrawal_ignored":0,"#
        + #""template_evicted":0,"session_evicted":0,"leftover_octets":0,"padding_record":0,"end_before_start":0,"#
        + #""implausible_time":0,"session_continued":0,"template_agreed":0,"options_over_budget":0,"#
        + #""templates_over_budget":0,"contradiction":0,"rates_delayed":0,"#
        + #""records_over_budget":0,"truncated_frame":5,"sequence_gap":4}"#
        + "\n")
  }
}
