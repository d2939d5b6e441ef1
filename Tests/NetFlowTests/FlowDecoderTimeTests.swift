import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Times of flow records")
struct FlowDecoderTimeTests {
  /// Export time of `Wire`'s messages, milliseconds.
  static let export: Int64 = 1_750_000_000_000
  static let ntpEpoch: Int64 = 2_208_988_800

  static func ntp(_ milliseconds: Int64) -> [UInt8] {
    let seconds = UInt64(milliseconds / 1000 + ntpEpoch)
    // Rounded up, so that rounding down yields the original millisecond.
    let fraction = (UInt64(milliseconds % 1000) << 32 + 999) / 1000
    return Array(seconds << 32 | fraction, width: 8)
  }

  /// A time format: its elements for start and end, and the octets for a number of milliseconds before the export.
  struct Form: Sendable, CustomTestStringConvertible {
    var start: Int
    var end: Int
    var width: Int
    var octets: @Sendable (Int64) -> [UInt8]

    var testDescription: String { "elements \(start) and \(end)" }
  }

  static let forms: [Form] = [
    Form(start: 152, end: 153, width: 8) { Array(UInt64(export - $0), width: 8) },
    Form(start: 22, end: 21, width: 4) { Array(UInt64(60_000 - $0), width: 4) },
    Form(start: 154, end: 155, width: 8) { ntp(export - $0) },
    Form(start: 156, end: 157, width: 8) { ntp(export - $0) },
    Form(start: 150, end: 151, width: 4) { Array(UInt64((export - $0) / 1000), width: 4) },
    Form(start: 158, end: 159, width: 4) { Array(UInt64($0 * 1000), width: 4) },
  ]

  private static func times(_ message: FlowMessage) -> [[Int64]] {
    let times = FlowDecoded([message.octets]).records.map { [$0.start, $0.end] }
    #expect(FlowDecoded([message.variable.octets]).records.map { [$0.start, $0.end] } == times, "measured")
    return times
  }

  @Test("are read in every form", arguments: forms)
  func everyForm(_ form: Form) {
    let message = FlowMessage(
      version: 9, fields: [[form.start, form.width], [form.end, form.width]],
      records: [[form.octets(9_000), form.octets(2_000)], [form.octets(5_000), form.octets(5_000)]])
    #expect(
      Self.times(message) == [[Self.export - 9000, Self.export - 2000], [Self.export - 5000, Self.export - 5000]])
  }

  @Test("are start and end where there is one only", arguments: forms)
  func single(_ form: Form) {
    for element in [form.start, form.end] {
      let message = FlowMessage(version: 9, fields: [[element, form.width]], records: [[form.octets(4_000)]])
      #expect(Self.times(message) == [[Self.export - 4000, Self.export - 4000]], "element \(element)")
    }
  }

  @Test("of events are start and end", arguments: [(323, 8), (258, 8), (322, 4), (324, 8), (325, 8)])
  func events(_ element: Int, _ width: Int) {
    let form = Self.forms[[322: 4, 324: 2, 325: 3][element] ?? 0]
    let message = FlowMessage(fields: [[element, width]], records: [[form.octets(4_000)]])
    #expect(Self.times(message) == [[Self.export - 4000, Self.export - 4000]])
  }

  @Test("are taken in the order of preference", arguments: 0..<6)
  func preference(_ first: Int) {
    // Uptime comes after milliseconds, as in the list of forms.
    let forms = Self.forms[first...].enumerated().map { ($1, Int64($0 + 1) * 1000) }.reversed()
    let message = FlowMessage(
      version: 9, fields: forms.flatMap { [[$0.0.end, $0.0.width], [$0.0.start, $0.0.width]] },
      records: [forms.flatMap { [$0.0.octets($0.1), $0.0.octets($0.1 + 10_000)] }])
    #expect(Self.times(message) == [[Self.export - 11_000, Self.export - 1000]])
  }

  @Test(
    "of the exporter's uptime are the last choice in IPFIX, which does not send what they reckon from", arguments: 2..<6
  )
  func upTimeWithoutOrigin(_ other: Int) {
    let (upTime, other) = (Self.forms[1], Self.forms[other])
    let message = FlowMessage(
      fields: [upTime, other].flatMap { [[$0.start, $0.width], [$0.end, $0.width]] },
      records: [upTime.octets(7_000) + upTime.octets(6_000) + other.octets(9_000) + other.octets(2_000)].map { [$0] })
    // The fields are contiguous, whatever record they are split into.
    let octets = Wire.ipfix(message.template, Wire.set(256, message.records.flatMap { $0.flatMap(\.self) }))
    let decoded = FlowDecoded([octets]).records.map { [$0.start, $0.end] }
    #expect(decoded == [[Self.export - 9000, Self.export - 2000]])
  }

  @Test("of NTP are the nearest millisecond: exporters cut the fraction off", arguments: [0, 1, 499, 690, 999])
  func ntpFraction(_ milliseconds: Int) {
    let cut = UInt32((UInt64(milliseconds) << 32) / 1000)
    let stamp = Wire.be32(Int(Self.export / 1000 + Self.ntpEpoch)) + Wire.be32(Int(cut))
    let message = FlowMessage(fields: [[154, 8], [155, 8]], records: [[stamp, stamp]])
    #expect(Self.times(message) == [[Int64](repeating: Self.export + Int64(milliseconds), count: 2)])
  }

  @Test("of a start and a duration give the end", arguments: [(161, 2_500), (162, 2_500_999)])
  func durations(_ element: Int, _ value: Int) {
    let message = FlowMessage(
      fields: [[element, 4], [152, 8]], records: [[Wire.be32(value), Self.forms[0].octets(9_000)]])
    #expect(Self.times(message) == [[Self.export - 9000, Self.export - 6500]])
  }

  @Test("of an end and a duration give the start", arguments: [(161, 2_500), (162, 2_500_999)])
  func durationsBeforeEnd(_ element: Int, _ value: Int) {
    let message = FlowMessage(
      fields: [[element, 4], [153, 8]], records: [[Wire.be32(value), Self.forms[0].octets(1_000)]])
    #expect(Self.times(message) == [[Self.export - 3500, Self.export - 1000]])
  }

  @Test("of start and end are not changed by a duration")
  func redundantDuration() {
    let message = FlowMessage(
      fields: [[161, 4], [152, 8], [153, 8]],
      records: [[Wire.be32(77), Self.forms[0].octets(9_000), Self.forms[0].octets(1_000)]])
    #expect(Self.times(message) == [[Self.export - 9000, Self.export - 1000]])
  }

  @Test("are the export's where a record has none, a duration alone too")
  func none() {
    let message = FlowMessage(fields: [[4, 1], [161, 4]], records: [[[6], Wire.be32(5_000)]])
    #expect(Self.times(message) == [[Self.export, Self.export]])
  }

  /// Uptime of the exporter and of a timestamp; difference in milliseconds.
  static let upTimes: [(now: Int, stamp: Int, difference: Int64)] = [
    (60_000, 10_000, -50_000), (5_000, 0xffff_f000, -9_096), (0, 0xffff_ffff, -1), (60_000, 60_500, 500),
    (0xffff_ff00, 0x100, 512), (0x8000_0000, 0, -0x8000_0000), (0xffff_fff0, 0x100_0000, -0xfeff_fff0),
    (60_000, 360_000, 300_000), (0, 0x8000_0000, -0x8000_0000),
    // Neither shortly after the export nor before it: treated as the export time.
    (60_000, 360_001, 0), (0, 0x7fff_ffff, 0),
  ]

  @Test("from uptime are right over the counter's wrap, before the boot and after the export", arguments: upTimes)
  func upTime(_ times: (now: Int, stamp: Int, difference: Int64)) {
    let message = FlowMessage(
      version: 9, fields: [[22, 4], [21, 4]], records: [[Wire.be32(times.stamp), Wire.be32(times.stamp)]],
      upTime: times.now)
    #expect(Self.times(message) == [[Self.export + times.difference, Self.export + times.difference]])
    var record = Wire.v5Record
    record.replaceSubrange(24..<32, with: Wire.be32(times.stamp) + Wire.be32(times.stamp))
    let v5 = FlowDecoded([Wire.v5(record, upTime: times.now)]).records
    #expect(v5.map { [$0.start, $0.end] } == [[Self.export + times.difference, Self.export + times.difference]])
  }

  @Test("of v5 count the header's nanoseconds", arguments: [(0, 0), (999_999, 0), (1_000_000, 1), (999_999_999, 999)])
  func nanoseconds(_ nanoseconds: Int, _ milliseconds: Int64) {
    let records = FlowDecoded([Wire.v5(Wire.v5Record, nanoseconds: nanoseconds)]).records
    #expect(records.map(\.start) == [Self.export + milliseconds - 50_000])
  }

  // MARK: IPFIX and uptime

  private static let start = Array(UInt64(export - 3_600_000), width: 8)

  @Test("from uptime in IPFIX reckon from element 160 of the record, before and behind a field of varying length")
  func systemInitInRecord() {
    for fields in [[[160, 8], [22, 4], [21, 4]], [[22, 4], [21, 4], [160, 8]]] {
      let values = [Wire.be32(1_000), Wire.be32(2_000)]
      let record = fields[0][0] == 160 ? [Self.start] + values : values + [Self.start]
      let message = FlowMessage(fields: fields, records: [record, record])
      let times = [Self.export - 3_599_000, Self.export - 3_598_000]
      #expect(Self.times(message) == [times, times])
    }
  }

  @Test("from uptime in IPFIX reckon from element 160 of options data, from there on")
  func systemInitInOptions() {
    let flows = FlowMessage(fields: [[22, 4], [21, 4]], records: [[Wire.be32(1_000), Wire.be32(2_000)]])
    let options =
      Wire.set(3, Wire.optionsTemplate(257, scopes: 1, [[149, 4], [160, 8]])) + Wire.set(257, Wire.be32(1) + Self.start)
    let decoded = FlowDecoded([
      flows.octets, Wire.ipfix(flows.data, options, flows.data), Wire.ipfix(flows.data),
    ])
    #expect(
      decoded.records.map { $0.end - Self.export } == [0, 0, -3_598_000, -3_598_000])
    #expect(decoded.records.map { $0.end - $0.start } == [1000, 1000, 1000, 1000])
  }

  @Test("from uptime in v9 reckon from the header, whatever element 160 says")
  func systemInitInV9() {
    let message = FlowMessage(
      version: 9, fields: [[160, 8], [22, 4], [21, 4]], records: [[Self.start, Wire.be32(1_000), Wire.be32(2_000)]])
    #expect(Self.times(message) == [[Self.export - 59_000, Self.export - 58_000]])
  }

  // MARK: Wrong clocks

  static let messages: [FlowMessage] = [
    FlowMessage(version: 9, fields: [[22, 4], [21, 4]], records: [[Wire.be32(10_000), Wire.be32(20_000)]]),
    FlowMessage(fields: [[152, 8], [153, 8]], records: [[forms[0].octets(50_000), forms[0].octets(40_000)]]),
    FlowMessage(fields: [[150, 4], [151, 4]], records: [[forms[4].octets(50_000), forms[4].octets(40_000)]]),
    FlowMessage(fields: [[154, 8], [157, 8]], records: [[forms[2].octets(50_000), forms[2].octets(40_000)]]),
    FlowMessage(fields: [[158, 4], [159, 4]], records: [[forms[5].octets(50_000), forms[5].octets(40_000)]]),
    FlowMessage(
      fields: [[160, 8], [22, 4], [21, 4]], records: [[start, Wire.be32(3_550_000), Wire.be32(3_560_000)]]),
  ]

  /// Forms whose timestamps are absolute UTC.
  static let absolute = 1...3

  /// Milliseconds from export to arrival, and the shift of times relative to the header and of absolute ones.
  static let skews: [(after: Int64, allowed: Int64?, shift: Int64, absoluteShift: Int64)] = [
    (0, 600_000, 0, 0), (600_000, 600_000, 0, 0), (-600_000, 600_000, 0, 0), (1_000_000_000_000, nil, 0, 0),
    // The header is behind: the message may have been delayed, and absolute timestamps be correct.
    (600_001, 600_000, 600_001, 0), (50, 0, 50, 0),
    // The header is ahead.
    (-600_001, 600_000, -600_001, -600_001), (-50, 0, -50, -50),
  ]

  @Test("are shifted where the exporter's clock is off by more than is allowed", arguments: messages.indices, skews)
  func skew(_ index: Int, _ skew: (after: Int64, allowed: Int64?, shift: Int64, absoluteShift: Int64)) {
    // A shift does not bring times closer to an arrival between the two.
    let helps = skew.absoluteShift == 0 || skew.after < -80_000
    let shift = Self.absolute.contains(index) ? (helps ? skew.absoluteShift : 0) : skew.shift
    let decoded = FlowDecoded([Self.messages[index].octets], arrival: Self.export + skew.after) {
      $0.maximumClockSkew = skew.allowed
    }
    let times = [Self.export - 50_000 + shift, Self.export - 40_000 + shift]
    #expect(decoded.records.map { [$0.start, $0.end] } == [times])
    #expect(decoded.counters.clockCorrected == (skew.shift == 0 ? 0 : 1))
  }

  @Test("that are UTC by themselves are shifted once a clock has been behind for two minutes", arguments: absolute)
  func behind(_ index: Int) {
    var decoder = FlowDecoder()
    let ends = [0, 60, 119, 120, 180].map { (second: Int64) -> Int64 in
      var message = Self.messages[index]
      message.exportTime += Int(second)
      let arrival = Self.export + second * 1000 + 3_600_000
      return FlowDecoded([message.octets], by: &decoder, arrival: arrival).records[0].end - Self.export + 40_000
    }
    #expect(ends == [0, 0, 0, 3_600_000, 3_600_000])
  }

  @Test("are shifted until the clock is within a minute again")
  func calm() {
    var decoder = FlowDecoder()
    let message = Self.messages[0].octets
    let shifts = [599, 601, 61, 60, 61, 601].map { (seconds: Int64) -> Int64 in
      let arrival = Self.export + seconds * 1000
      return FlowDecoded([message], by: &decoder, arrival: arrival).records[0].end - Self.export + 40_000
    }
    #expect(shifts == [0, 601_000, 61_000, 0, 0, 601_000])
  }

  @Test("that are UTC by themselves are not touched by a header from before 2000", arguments: absolute)
  func noHeader(_ index: Int) {
    var message = Self.messages[index]
    message.exportTime = 123_456
    let decoded = FlowDecoded([message.octets], arrival: Self.export)
    #expect(decoded.records.map { [$0.start, $0.end] } == [[Self.export - 50_000, Self.export - 40_000]])
    #expect(decoded.counters.clockCorrected == 1)
  }

  @Test("of a long flow are shifted together, by what becomes of its end")
  func longFlow() {
    let eightHours: Int64 = 28_800_000
    let message = FlowMessage(
      fields: [[152, 8], [153, 8]], records: [[Self.forms[0].octets(18_000_000), Self.forms[0].octets(1_000)]])
    let decoded = FlowDecoded([message.octets], arrival: Self.export - eightHours)
    #expect(
      decoded.records.map { [$0.start, $0.end] }
        == [[Self.export - 18_000_000 - eightHours, Self.export - 1_000 - eightHours]])
  }

  @Test("may be off by ten minutes unless said otherwise")
  func standardSkew() {
    #expect(FlowDecoderOptions().maximumClockSkew == 600_000)
  }

  // MARK: Impossible times

  @Test("end no earlier than they start, in every form", arguments: forms)
  func reversed(_ form: Form) {
    let message = FlowMessage(
      version: 9, fields: [[form.start, form.width], [form.end, form.width]],
      records: [[form.octets(2_000), form.octets(9_000)]])
    #expect(Self.times(message) == [[Self.export - 9000, Self.export - 9000]])
    #expect(FlowDecoded([message.octets]).issues == ["end_before_start": 1])
  }

  @Test("of a session of 40 days are the stamps' distance before its end")
  func longSession() {
    let days40 = 3_456_000_000
    let message = FlowMessage(
      version: 9, fields: [[22, 4], [21, 4]], records: [[Wire.be32(1_000), Wire.be32(1_000 + days40)]],
      upTime: 2_000 + days40)
    #expect(Self.times(message) == [[Self.export - 1000 - Int64(days40), Self.export - 1000]])
  }

  @Test("of uptime far ahead of the header keep the duration and end at the export, and are counted")
  func implausible() {
    let week = 604_800_000
    let message = FlowMessage(
      version: 9, fields: [[22, 4], [21, 4]], records: [[Wire.be32(week), Wire.be32(week + 9_000)]])
    #expect(Self.times(message) == [[Self.export - 9000, Self.export]])
    #expect(FlowDecoded([message.octets]).issues == ["implausible_time": 1])
    var record = Wire.v5Record
    record.replaceSubrange(24..<32, with: Wire.be32(week) + Wire.be32(week + 9_000))
    let v5 = FlowDecoded([Wire.v5(record)])
    #expect(v5.records.map { [$0.start, $0.end] } == [[Self.export - 9000, Self.export]])
    #expect(v5.issues == ["implausible_time": 1])
  }

  @Test("of 0 are not set where they are UTC: another stamp serves, or the other end", arguments: [0, 2, 3, 4])
  func unset(_ index: Int) {
    let (form, zero) = (Self.forms[index], [UInt8](repeating: 0, count: Self.forms[index].width))
    let fields = [[form.start, form.width], [form.end, form.width]]
    #expect(
      Self.times(FlowMessage(fields: fields, records: [[zero, form.octets(2_000)], [form.octets(9_000), zero]]))
        == [[Self.export - 2000, Self.export - 2000], [Self.export - 9000, Self.export - 9000]])
    #expect(
      Self.times(FlowMessage(fields: fields, records: [[zero, zero]] + [[form.octets(1_000), zero]]))[0]
        == [Self.export, Self.export])
    let upTime = Self.forms[1]
    let message = FlowMessage(
      version: 9, fields: fields + [[22, 4], [21, 4]],
      records: [[zero, zero, upTime.octets(9_000), upTime.octets(2_000)]])
    #expect(Self.times(message) == [[Self.export - 9000, Self.export - 2000]])
  }

  @Test("from uptime in IPFIX that nothing reckons from keep the duration and end at the export")
  func noSystemInit() {
    for fields in [[[22, 4], [21, 4]], [[22, 4], [21, 4], [160, 8]]] {
      let values = [Wire.be32(5_000), Wire.be32(9_000)] + (fields.count == 3 ? [Array(0, width: 8)] : [])
      #expect(Self.times(FlowMessage(fields: fields, records: [values])) == [[Self.export - 4000, Self.export]])
    }
  }

  @Test("may be read otherwise from now on")
  func reconfigured() {
    var decoder = FlowDecoder()
    let arrival = Self.export + 7_200_000
    let message = Self.messages[0].octets
    #expect(FlowDecoded([message], by: &decoder, arrival: arrival).records.map(\.end) == [arrival - 40_000])
    var options = FlowDecoderOptions()
    options.maximumClockSkew = nil
    decoder.reconfigure(options)
    #expect(FlowDecoded([message], by: &decoder, arrival: arrival).records.map(\.end) == [Self.export - 40_000])
  }

  static let extremeValues: [UInt64] = [.max, 1 << 63, 1 << 63 - 1, 0]

  @Test("stop nothing, however large", arguments: extremeValues, [0, 0xffff_ffff])
  func extremes(_ value: UInt64, _ exportTime: Int) {
    let times = [152, 153, 22, 21, 154, 155, 156, 157, 150, 151, 158, 159, 161, 162, 323, 258]
    for arrival in [Int64.min / 1_000_000, 0, Int64.max / 1_000_000] {
      for start in times {
        for end in times {
          let fields = start == end ? [[start, 8], [160, 8]] : [[start, 8], [160, 8], [end, 8]]
          let message = FlowMessage(
            fields: fields, records: [fields.map { _ in Array(value, width: 8) }], exportTime: exportTime)
          for skew in [nil, 0, Int64.max] {
            let decoded = FlowDecoded([message.octets], arrival: arrival) { $0.maximumClockSkew = skew }
            #expect(decoded.records.count == 1)
          }
        }
      }
    }
  }
}
