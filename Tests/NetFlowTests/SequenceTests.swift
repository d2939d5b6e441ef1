import NetFlow
import NetworkBytes
import Testing

@Suite("Sequence numbers")
struct SequenceTests {
  /// A message: its sequence number, record count, and export time in seconds after the first.
  struct Message: Sendable {
    var sequence: Int
    var records: Int
    var time: Int

    init(_ sequence: Int, _ records: Int, at time: Int = 0) {
      (self.sequence, self.records, self.time) = (sequence, records, time)
    }
  }

  struct Course: Sendable, CustomTestStringConvertible {
    var what: String
    var messages: [Message]
    var lost: UInt64
    var gaps: UInt64
    var reordered: UInt64
    var duplicates: UInt64
    var restarts: UInt64

    init(
      _ what: String, _ messages: [Message], lost: UInt64 = 0, gaps: UInt64 = 0, reordered: UInt64 = 0,
      duplicates: UInt64 = 0, restarts: UInt64 = 0
    ) {
      (self.what, self.messages, self.lost, self.gaps) = (what, messages, lost, gaps)
      (self.reordered, self.duplicates, self.restarts) = (reordered, duplicates, restarts)
    }

    var testDescription: String { what }
  }

  /// In units of records, as counted by v5 and IPFIX.
  static let courses = [
    Course("in order", [Message(100, 3), Message(103, 2), Message(105, 1)]),
    Course("from any number on", [Message(4_000_000_000, 3), Message(4_000_000_003, 2)]),
    Course("over the wrap", [Message(0xffff_fffe, 3), Message(1, 2), Message(3, 1)]),
    Course("lost", [Message(100, 3), Message(113, 2), Message(115, 2)], lost: 10, gaps: 1),
    Course("lost over the wrap", [Message(0xffff_fffe, 1), Message(4, 2)], lost: 5, gaps: 1),
    Course("lost twice", [Message(0, 1), Message(3, 1), Message(5, 1)], lost: 3, gaps: 2),
    Course("late", [Message(0, 1), Message(3, 1), Message(1, 2), Message(4, 1)], gaps: 1, reordered: 1),
    Course("late in part", [Message(0, 1), Message(5, 1), Message(3, 1)], lost: 3, gaps: 1, reordered: 1),
    Course("twice", [Message(0, 2), Message(0, 2), Message(2, 1)], duplicates: 1),
    Course(
      "late, then twice", [Message(0, 1), Message(2, 1), Message(1, 1), Message(1, 1), Message(3, 1)], gaps: 1,
      reordered: 1, duplicates: 1),
    Course("begun anew", [Message(5000, 2), Message(0, 2, at: 60), Message(2, 1, at: 61)], restarts: 1),
    Course("begun anew far ahead", [Message(5, 2), Message(1 << 30, 2, at: 60), Message(2 + 1 << 30, 1)], restarts: 1),
    Course("without a record", [Message(7, 0), Message(7, 0), Message(7, 1), Message(8, 1)]),
  ]

  private func check(_ course: Course, _ decoded: Decoded) {
    let sequence = decoded.counters.sequence
    #expect(sequence.lost == course.lost)
    #expect(sequence.gaps == course.gaps)
    #expect(sequence.reordered == course.reordered)
    #expect(sequence.duplicates == course.duplicates)
    #expect(sequence.restarts == course.restarts)
  }

  @Test("of IPFIX tell what happened to data records", arguments: courses)
  func ipfix(_ course: Course) {
    let template = Wire.set(2, Wire.template(256, [[4, 1]]))
    check(
      course,
      Decoded(
        course.messages.map { message in
          Wire.ipfix(
            template, Wire.set(256, Array(repeating: 6, count: message.records)), sequence: message.sequence,
            exportTime: 1_750_000_000 + message.time)
        }))
  }

  @Test("of v5 tell what happened to flows", arguments: courses.filter { $0.what != "without a record" })
  func v5(_ course: Course) {
    check(
      course,
      Decoded(
        course.messages.map { message in
          Wire.v5(
            Array(repeatElement(Wire.v5Record, count: message.records).joined()), sequence: message.sequence,
            exportTime: 1_750_000_000 + message.time)
        }))
  }

  @Test("of v9 count datagrams, whatever is in them")
  func v9() {
    let template = Wire.set(0, Wire.template(256, [[4, 1]]))
    check(
      Course("", [], lost: 2, gaps: 1, duplicates: 1),
      Decoded([
        Wire.v9(template, Wire.set(256, [6, 6, 6]), sequence: 9), Wire.v9(sequence: 10),
        Wire.v9(Wire.set(999, [1]), sequence: 11), Wire.v9(template, sequence: 14), Wire.v9(sequence: 14),
      ]))
  }

  @Test(
    "of IPFIX say nothing after a message whose records nobody could count",
    arguments: [
      Wire.set(999, [1]), Wire.set(257, [200, 1]), Wire.hex("0100 0003"),
    ])
  func uncounted(_ set: [UInt8]) {
    let templates = Wire.set(2, Wire.template(256, [[4, 1]]) + Wire.template(257, [[82, 65535]]))
    check(
      Course("", [], lost: 1, gaps: 1),
      Decoded([
        Wire.ipfix(templates, set, sequence: 0), Wire.ipfix(Wire.set(256, [6]), sequence: 40),
        Wire.ipfix(Wire.set(256, [6]), sequence: 42),
      ]))
  }

  @Test("are followed for each domain by itself")
  func domains() {
    check(
      Course("", []),
      Decoded([
        Wire.v9(sequence: 0), Wire.v9(sequence: 500, domain: 2), Wire.v9(sequence: 1),
        Wire.v9(sequence: 501, domain: 2),
      ])
    )
  }

  /// Returns messages of two counters in one session, with `run` messages of the first between two of the second.
  private static func streams(_ version: Int, first: Int, second: Int, run: Int, turns: Int) -> [[UInt8]] {
    func message(_ number: Int, _ time: Int) -> [UInt8] {
      version == 9
        ? Wire.v9(sequence: number, exportTime: 1_750_000_000 + time)
        : Wire.ipfix(Wire.set(256, [6]), sequence: number, exportTime: 1_750_000_000 + time)
    }
    let template = Wire.set(version == 9 ? 0 : 2, Wire.template(256, [[4, 1]]))
    var messages = [
      version == 9
        ? Wire.v9(template, sequence: first - 1) : Wire.ipfix(template, Wire.set(256, [6]), sequence: first - 1)
    ]
    for turn in 0..<turns {
      messages += (0..<run).map { message(first + turn * run + $0, turn) }
      messages.append(message(second + turn, turn))
    }
    return messages
  }

  @Test(
    "of two counters that take turns in one session report no loss, and a loss in either",
    arguments: [9, 10], [(50_000, 900_000), (900_000, 50_000)])
  func takeTurns(_ version: Int, _ numbers: (Int, Int)) {
    for run in [1, 2, 40] {
      var messages = Self.streams(version, first: numbers.0, second: numbers.1, run: run, turns: 30)
      let whole = FlowDecoded(messages).counters.sequence
      #expect([whole.lost, whole.gaps, whole.restarts] == [0, 0, 0], "\(run)")
      // Removes a message of the second counter, and one of the first if its turns have several.
      messages.remove(at: messages.count - run - 2)
      if run > 2 { messages.remove(at: messages.count - run + 5) }
      let lossy = FlowDecoded(messages).counters.sequence
      #expect([lossy.lost, lossy.gaps, lossy.restarts] == (run > 2 ? [2, 2, 0] : [1, 1, 0]), "\(run)")
      #expect(Decoded(messages).counters.sequence == lossy)
    }
  }

  @Test("are not taken for two counters where one message is late, or much is lost")
  func oneCounter() {
    var numbers = Array(0..<100) + Array(6000..<6100)
    // Late messages from the gap.
    for (place, late) in [(110, 2000), (130, 2100), (150, 2200)] { numbers.insert(late, at: place) }
    let sequence = FlowDecoded(numbers.map { Wire.v9(sequence: $0) }).counters.sequence
    #expect(sequence.lost == 5897)
    #expect(sequence.reordered == 3)
  }
}
