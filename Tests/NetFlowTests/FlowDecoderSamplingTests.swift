import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Sampling rates of flow records")
struct FlowDecoderSamplingTests {
  /// Returns flows through interfaces 1, 2 and 3, with sampler ids 1, 2 and 3 if the version has them.
  static func flows(_ version: Int, sampler: Int? = nil) -> FlowMessage {
    let fields = [[10, 4]] + (sampler.map { [[$0, 1]] } ?? [])
    return FlowMessage(
      version: version, fields: fields,
      records: (1...3).map { number in [Wire.be32(number)] + (sampler == nil ? [] : [[UInt8(number)]]) })
  }

  /// Options data that precede the flows, and the resulting rates of the flows.
  struct Announcement: Sendable, CustomTestStringConvertible {
    var what: String
    var version: Int
    var sampler: Int?
    var options: [UInt8]
    var rates: [UInt32]

    init(_ what: String, v9 scopes: [[Int]], _ fields: [[Int]], _ data: String, sampler: Int? = nil, rates: [UInt32]) {
      (self.what, version, self.sampler, self.rates) = (what, 9, sampler, rates)
      options = Wire.set(1, Wire.optionsTemplateV9(300, scopes: scopes, fields)) + Wire.set(300, Wire.hex(data))
    }

    init(_ what: String, ipfix fields: [[Int]], _ data: String, sampler: Int? = nil, rates: [UInt32]) {
      (self.what, version, self.sampler, self.rates) = (what, 10, sampler, rates)
      options = Wire.set(3, Wire.optionsTemplate(300, scopes: 1, fields)) + Wire.set(300, Wire.hex(data))
    }

    var testDescription: String { "v\(version): \(what)" }
  }

  static let announcements = [
    Announcement("34 for all", v9: [[1, 4]], [[34, 4], [35, 1]], "00000001 00000064 01", rates: [100, 100, 100]),
    Announcement("34 in two octets", v9: [[1, 4]], [[34, 2]], "00000001 0064", rates: [100, 100, 100]),
    Announcement(
      "34 beyond 32 bits", v9: [[1, 4]], [[34, 8]], "00000001 0000000100000000", rates: [.max, .max, .max]),
    Announcement("34 of 0 says nothing", v9: [[1, 4]], [[34, 4]], "00000001 00000000", rates: [1, 1, 1]),
    Announcement(
      "50 by sampler", v9: [[1, 4]], [[48, 1], [49, 1], [50, 4]],
      "00000001 01 02 0000000a 00000001 02 02 00000014", sampler: 48, rates: [10, 20, 1]),
    Announcement(
      "34 by sampler", v9: [[1, 4]], [[48, 2], [34, 4]], "00000001 0002 00000007", sampler: 48, rates: [1, 7, 1]),
    Announcement(
      "the only sampler, for flows that name none", v9: [[1, 4]], [[48, 1], [50, 4]], "00000001 01 0000000a",
      rates: [10, 10, 10]),
    Announcement(
      "two samplers, for flows that name none", v9: [[1, 4]], [[48, 1], [50, 4]],
      "00000001 01 0000000a 00000001 02 00000014", rates: [1, 1, 1]),
    Announcement(
      "34 by interface", v9: [[2, 4]], [[34, 4]], "00000002 00000032 00000003 00000005", rates: [1, 50, 5]),
    Announcement(
      "34 for a line card is for all", v9: [[3, 4]], [[34, 4]], "00000002 00000032", rates: [50, 50, 50]),
    Announcement(
      "scopes have numbers of their own", v9: [[34, 4], [48, 4]], [[41, 4]], "00000032 00000001 00000005",
      rates: [1, 1, 1]),
    Announcement(
      "305 of 302", ipfix: [[302, 4], [305, 4]], "00000001 00000063 00000003 00000007", sampler: 302,
      rates: [99, 1, 7]),
    Announcement(
      "305 and 306 of 302", ipfix: [[302, 8], [305, 4], [306, 4]], "0000000000000002 00000002 000000c6", sampler: 302,
      rates: [1, 100, 1]),
    Announcement(
      "305 and 306 for all", ipfix: [[149, 4], [305, 4], [306, 4]], "00000001 00000001 000003e7",
      rates: [1000, 1000, 1000]),
    Announcement(
      "306 of 0", ipfix: [[149, 4], [305, 4], [306, 4]], "00000001 00000001 00000000", rates: [1, 1, 1]),
    Announcement(
      "309 of 310", ipfix: [[149, 4], [309, 4], [310, 4]], "00000001 00000002 00000080", rates: [64, 64, 64]),
    Announcement(
      "309 of 0", ipfix: [[149, 4], [309, 4], [310, 4]], "00000001 00000000 00000080", rates: [1, 1, 1]),
    Announcement(
      "309 above 310", ipfix: [[149, 4], [309, 4], [310, 4]], "00000001 00000080 00000002", rates: [1, 1, 1]),
    Announcement(
      "311, a probability", ipfix: [[302, 4], [311, 8]], "00000002 3f50624dd2f1a9fc", sampler: 302,
      rates: [1, 1000, 1]),
    Announcement("311 of 4 octets", ipfix: [[149, 4], [311, 4]], "00000001 3c800000", rates: [64, 64, 64]),
    Announcement("311 of 0", ipfix: [[149, 4], [311, 8]], "00000001 0000000000000000", rates: [1, 1, 1]),
    Announcement(
      "311 that is no number", ipfix: [[149, 4], [311, 8]], "00000001 7ff8000000000000", rates: [1, 1, 1]),
    Announcement("305 of 0", ipfix: [[149, 4], [305, 4]], "00000001 00000000", rates: [1, 1, 1]),
    Announcement("34 by 10", ipfix: [[10, 4], [34, 4]], "00000001 00000010", rates: [16, 1, 1]),
    Announcement("305 by 14", ipfix: [[14, 4], [305, 4]], "00000002 00000010", rates: [1, 16, 1]),
    Announcement(
      "enterprise elements say nothing", ipfix: [[149, 4], [34, 4, 9]], "00000001 00000010", rates: [1, 1, 1]),
    Announcement(
      "of varying length", ipfix: [[149, 4], [82, 65535], [34, 4]], "00000001 026161 00000010 00000001 00 00000011",
      rates: [17, 17, 17]),
    Announcement(
      "an empty value says nothing", ipfix: [[149, 4], [34, 65535], [305, 65535]], "00000001 00 02000d",
      rates: [13, 13, 13]),
    Announcement("48 in IPFIX", ipfix: [[48, 1], [34, 4]], "03 00000008", sampler: 48, rates: [1, 1, 8]),
  ]

  @Test("come from options data, for what follows in the message and in later ones", arguments: announcements)
  func options(_ told: Announcement) {
    let flows = Self.flows(told.version, sampler: told.sampler)
    let make: ([UInt8]) -> [UInt8] = { told.version == 9 ? Wire.v9($0) : Wire.ipfix($0) }
    let decoded = FlowDecoded([
      make(flows.template + flows.data + told.options + flows.data), make(flows.data),
    ])
    #expect(decoded.records.map(\.samplingRate) == [1, 1, 1] + told.rates + told.rates)
    #expect(decoded.issues.isEmpty)
    let measured = flows.variable
    #expect(
      FlowDecoded([make(told.options + measured.template + measured.data)]).records.map(\.samplingRate) == told.rates)
  }

  @Test("come from the v5 header, else from the configuration", arguments: [(0x4064, 100), (0x3fff, 16383), (1, 1)])
  func v5(_ sampling: Int, _ rate: UInt32) {
    let configure: (inout FlowDecoderOptions) -> Void = { $0.samplingRate = 7 }
    #expect(FlowDecoded([Wire.v5(Wire.v5Record, sampling: sampling)], configure).records[0].samplingRate == rate)
    #expect(FlowDecoded([Wire.v5(Wire.v5Record, sampling: 0xc000)], configure).records[0].samplingRate == 7)
  }

  private static let told = FlowDecoderSamplingTests.announcements[0]

  @Test("come from the record before all else: 34, 305, and 306 with 305")
  func ownRate() {
    let fields = [[10, 4], [34, 2]]
    let message = FlowMessage(
      version: 9, fields: fields, records: [[Wire.be32(2), [0, 9]], [Wire.be32(2), [0, 0]]])
    let byInterface = Self.announcements[7].options
    #expect(
      FlowDecoded([Wire.v9(byInterface + message.template + message.data)]) { $0.samplingRate = 3 }
        .records.map(\.samplingRate) == [9, 3])
    let packets = FlowMessage(
      fields: [[306, 4], [305, 4]], records: [[Wire.be32(99), Wire.be32(1)], [Wire.be32(0), Wire.be32(4)]])
    #expect(FlowDecoded([packets.octets]).records.map(\.samplingRate) == [100, 1])
    let random = FlowMessage(fields: [[50, 4], [4, 1]], records: [[Wire.be32(64), [6]], [Wire.be32(0), [6]]])
    #expect(FlowDecoded([random.octets]) { $0.samplingRate = 3 }.records.map(\.samplingRate) == [64, 3])
    let space = FlowMessage(fields: [[306, 4]], records: [[Wire.be32(99)]])
    #expect(FlowDecoded([space.octets]).records.map(\.samplingRate) == [1])
  }

  @Test("of interfaces hold where the exporter looked: for packets going out that of the output, if it has one")
  func egress() {
    let template = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[2, 4]], [[34, 4]]))
    let rates = Wire.set(300, [[1, 30], [2, 40]].flatMap { Wire.be32($0[0]) + Wire.be32($0[1]) })
    // Input, output, direction: 0 ingress, 1 egress.
    let places: [(Int, Int, UInt8)] = [(1, 2, 0), (1, 2, 1), (1, 3, 1), (3, 2, 0), (3, 2, 1)]
    let flows = FlowMessage(
      version: 9, fields: [[10, 4], [14, 4], [61, 1]],
      records: places.map { [Wire.be32($0.0), Wire.be32($0.1), [$0.2]] })
    let decoded = FlowDecoded([Wire.v9(template + rates), flows.octets])
    #expect(decoded.records.map(\.samplingRate) == [30, 40, 30, 1, 40])
  }

  @Test("are the configuration's where the exporter says nothing: of its address, else of all")
  func configured() {
    let other = Endpoint(address: IPAddress(v4: 0xc612_0002), port: 1)
    let configure: (inout FlowDecoderOptions) -> Void = {
      $0.samplingRate = 5
      $0.samplingRates[Wire.exporter.address] = 50
    }
    for message in [Self.flows(9).octets, Self.flows(10).octets, Wire.v5(Wire.v5Record)] {
      #expect(Set(FlowDecoded([message], configure).records.map(\.samplingRate)) == [50])
      #expect(Set(FlowDecoded([message], from: other, configure).records.map(\.samplingRate)) == [5])
    }
    let told = FlowDecoded([Wire.v9(Self.told.options + Self.flows(9).template + Self.flows(9).data)], configure)
    #expect(Set(told.records.map(\.samplingRate)) == [100])
  }

  @Test("change while running: with new options data, and with the configuration")
  func changes() {
    var decoder = FlowDecoder()
    let flows = Self.flows(9)
    func rates(_ messages: [UInt8]...) -> Set<UInt32> {
      Set(FlowDecoded(messages, by: &decoder).records.map(\.samplingRate))
    }
    #expect(rates(flows.octets) == [1])
    var options = FlowDecoderOptions()
    options.samplingRate = 4
    decoder.reconfigure(options)
    #expect(rates(flows.octets) == [4])
    options.samplingRates[Wire.exporter.address] = 6
    decoder.reconfigure(options)
    #expect(rates(flows.octets) == [6])
    #expect(rates(Wire.v9(Self.told.options), flows.octets) == [100])
    #expect(rates(Wire.v9(Wire.set(300, Wire.hex("00000001 00000065 01"))), flows.octets) == [101])
  }

  /// Domains with announced rates, and the resulting rate of other flows.
  struct Neighbours: Sendable, CustomTestStringConvertible {
    var what: String
    /// Domains with the rate announced for each.
    var told: [(domain: Int, rate: Int)]
    /// Domains that have already sent flows.
    var busy: [Int] = []
    var rate: UInt32

    var testDescription: String { what }
  }

  static let neighbours = [
    Neighbours(what: "domain 0 serves others", told: [(0, 100)], rate: 100),
    Neighbours(what: "domain 0 serves others though it sends flows", told: [(0, 100)], busy: [0], rate: 100),
    Neighbours(what: "domain 0 comes before others", told: [(0, 100), (3, 50)], rate: 100),
    Neighbours(what: "domains without flows serve others if they agree", told: [(3, 50), (4, 50)], rate: 50),
    Neighbours(what: "domains that differ serve none", told: [(3, 50), (4, 60)], rate: 1),
    Neighbours(what: "a domain's rate is first of all its own flows'", told: [(3, 50)], busy: [3], rate: 1),
    Neighbours(what: "a domain with flows may disagree", told: [(3, 50), (4, 60)], busy: [4], rate: 1),
    Neighbours(what: "one's own comes first", told: [(0, 100), (7, 20)], rate: 20),
  ]

  @Test(
    "of other domains hold for one that was told none, on any port and worker", arguments: neighbours, [true, false])
  func otherDomains(_ setting: Neighbours, isOtherWorker: Bool) {
    let directory = ExporterDirectory()
    var teller = FlowDecoder(directory: directory)
    var other = FlowDecoder(directory: directory)
    let port = Endpoint(address: Wire.exporter.address, port: 4)
    func flows(_ domain: Int) -> [UInt8] {
      var message = Self.flows(9)
      message.domain = domain
      return message.octets
    }
    for domain in setting.busy { _ = FlowDecoded([flows(domain)], by: &teller) }
    for (domain, rate) in setting.told {
      let template = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[1, 4]], [[34, 4]]))
      _ = FlowDecoded([Wire.v9(template, Wire.set(300, Wire.be32(1) + Wire.be32(rate)), domain: domain)], by: &teller)
    }
    let decoded =
      isOtherWorker
      ? FlowDecoded([flows(7)], by: &other, from: port) : FlowDecoded([flows(7)], by: &teller, from: port)
    #expect(Set(decoded.records.map(\.samplingRate)) == [setting.rate])
  }

  @Test("of another exporter say nothing")
  func otherExporter() {
    var decoder = FlowDecoder()
    _ = FlowDecoded([Wire.v9(Self.told.options, domain: 0)], by: &decoder)
    let stranger = Endpoint(address: IPAddress(v4: 1), port: Wire.exporter.port)
    let decoded = FlowDecoded([Self.flows(9).octets], by: &decoder, from: stranger)
    #expect(Set(decoded.records.map(\.samplingRate)) == [1])
  }

  @Test("by sampler do not hold for packets that the record says were not sampled")
  func unsampled() {
    let options = Self.announcements[4].options
    let flows = FlowMessage(version: 9, fields: [[48, 1]], records: [[[0]], [[1]], [[9]]])
    let decoded = FlowDecoded([Wire.v9(options + flows.template + flows.data)]) { $0.samplingRate = 3 }
    #expect(decoded.records.map(\.samplingRate) == [1, 10, 3])
  }

  @Test("are n of N packets or a probability in the record, too")
  func shares() {
    let flows = FlowMessage(
      fields: [[309, 4], [310, 4], [4, 1]],
      records: [
        [Wire.be32(1), Wire.be32(4096), [6]], [Wire.be32(0), Wire.be32(9), [6]], [Wire.be32(5), Wire.be32(0), [6]],
      ])
    #expect(FlowDecoded([flows.octets]).records.map(\.samplingRate) == [4096, 1, 1])
    let chance = FlowMessage(fields: [[311, 8], [4, 1]], records: [[Wire.hex("3f50624dd2f1a9fc"), [6]]])
    #expect(FlowDecoded([chance.octets]).records.map(\.samplingRate) == [1000])
    #expect(FlowDecoded([chance.variable.octets]).records.map(\.samplingRate) == [1000])
  }

  @Test("that are forced hold whatever the exporter says", arguments: [5, 9, 10])
  func forced(_ version: Int) {
    let flows = FlowMessage(version: version, fields: [[34, 4]], records: [[Wire.be32(1)], [Wire.be32(200)]])
    let message = version == 5 ? Wire.v5(Wire.v5Record, sampling: 0x4064) : flows.octets
    var options = FlowDecoderOptions()
    options.forcedSamplingRates[Wire.exporter.address] = 1000
    options.samplingRates[Wire.exporter.address] = 7
    var decoder = FlowDecoder(options: options)
    #expect(Set(FlowDecoded([message], by: &decoder).records.map(\.samplingRate)) == [1000])
    let stranger = Endpoint(address: IPAddress(v4: 1), port: 1)
    let others = FlowDecoded([message], by: &decoder, from: stranger).records.map(\.samplingRate)
    #expect(others == (version == 5 ? [100] : [1, 200]))
    let summary = decoder.sessionSummaries.first { $0.key.exporter == Wire.exporter }
    #expect(summary?.sampling.source == .forced)
    #expect(summary?.sampling.rate == 1000)
  }

  @Test("are remembered for 4096 samplers and as many interfaces of a domain, the first that came")
  func bounds() {
    let template = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[2, 4]], [[34, 4]]))
    var messages = [Wire.v9(template)]
    for block in 0..<5 {
      let records = (0..<1000).flatMap { Wire.be32(block * 1000 + $0) + Wire.be32(9) }
      messages.append(Wire.v9(Wire.set(300, records)))
    }
    // Known samplers may still change.
    messages.append(Wire.v9(Wire.set(300, Wire.be32(7) + Wire.be32(70))))
    let flows = FlowMessage(version: 9, fields: [[10, 4]], records: [7, 4095, 4096].map { [Wire.be32($0)] })
    #expect(FlowDecoded(messages + [flows.octets]).records.map(\.samplingRate) == [70, 9, 1])
  }

  @Test("are remembered within the directory's bound, and forgotten with the last session that told them")
  func directoryBound() {
    var options = FlowDecoderOptions()
    options.rules.limits.sessions = 4
    var decoder = FlowDecoder(options: options, directory: ExporterDirectory(maximumCount: 2))
    func rate(_ exporter: Int, tell: Bool) -> UInt32 {
      let flows = Self.flows(9)
      return FlowDecoded(
        [Wire.v9((tell ? Self.told.options : []) + flows.template + flows.data)], by: &decoder,
        from: Endpoint(address: IPAddress(v4: UInt32(exporter)), port: 1), arrival: Int64(exporter)
      ).records[0].samplingRate
    }
    #expect([1, 2, 3].map { rate($0, tell: true) } == [100, 100, 1])
    // The fourth additional one evicts the first, and there is room again.
    #expect([4, 5].map { rate($0, tell: false) } == [1, 1])
    #expect([6, 7].map { rate($0, tell: true) } == [100, 100])
    #expect(decoder.counters[.sessionEvicted] == 3)
  }
}
