import FlowModel
import FlowStore
import NetworkBytes
import TestSupport
import Testing

@Suite("Rows as columns")
struct RowColumnsTests {
  @Test("Columns give back the rows that came, whatever all of them share, also after others were forgotten")
  func roundTrip() {
    var random = SeededGenerator(seed: seed)
    var columns = RowColumns()
    for count in [1, 2, 511, 512, 513, 3000, 40] {
      columns.removeAll()
      var flows = RandomFlows(seed: random.next(), stillness: Double.random(in: 0...1, using: &random))
      var expected = FlowBatch()
      while expected.count < count {
        let batch = flows.batch(min(Int.random(in: 1...700, using: &random), count - expected.count), rare: 0.2)
        // A part of the batch.
        let range = (batch.count / 3)..<batch.count
        columns.append(batch, range, room: count)
        for index in range {
          expected.records.append(batch.records[index])
          let number = batch.records[index].extensionNumber
          if number == 0 { continue }
          expected.extensions.append(batch.extensions[Int(number) - 1])
          expected.records[expected.count - 1].extensionNumber = UInt32(expected.extensions.count)
        }
      }
      let rows = columns.batch
      #expect(columns.count == expected.count)
      #expect(
        rows.records.map(Self.values) == expected.records.map(Self.values), "FLOWSTORE_TEST_SEED=\(seed), \(count) rows"
      )
      #expect(rows.extensions == expected.extensions, "FLOWSTORE_TEST_SEED=\(seed)")
    }
  }

  /// Returns all words of a record.
  private static func values(_ record: FlowRecord) -> [UInt64] {
    RecordWord.all.map { $0.value(record) }
      + [record.source.high, record.source.low, record.destination.high, record.destination.low]
  }

  @Test("Words are all that a record has, but for the addresses of its ends")
  func words() {
    #expect(MemoryLayout<FlowRecord>.size == 8 * (RecordWord.all.count + 4))
    for place in RecordWord.all.indices {
      var record = FlowRecord()
      RecordWord.all[place].set(&record, 0x0123_4567_89ab_cdef)
      for other in RecordWord.all.indices {
        let expected = other == place ? 0x0123_4567_89ab_cdef : RecordWord.all[other].value(FlowRecord())
        #expect(RecordWord.all[other].value(record) == expected, "words \(place) and \(other)")
      }
    }
  }

  @Test("Every number of a record is read from a lane, as its reader reads it")
  func lanes() {
    var flows = RandomFlows(seed: seed)
    for column in FlowColumn.allCases {
      let read: @Sendable (FlowRecord) -> UInt64
      switch column.values {
      case .counter(let reader), .mac(let reader): read = reader.value
      case .number(_, let reader), .word(let reader, _): read = { UInt64(reader.value($0)) }
      case .time, .address, .origin, .rare, .exporterName, .fact: continue
      }
      guard let lane = RecordLane(read) else {
        Issue.record("\(column) has no lane")
        continue
      }
      for record in flows.batch(50, rare: 0).records {
        #expect(lane(RecordWord.all[lane.word].value(record)) == read(record), "\(column), FLOWSTORE_TEST_SEED=\(seed)")
      }
    }
  }

  @Test(
    "What is computed from a record, or from several of its words, has no lane",
    arguments: [
      { $0.octets / 3 }, { $0.octets &+ $0.packets }, { UInt64($0.sourcePort) + 1 }, { _ in 7 }, { _ in 0 },
      { $0.vrf == 0 ? UInt64($0.sourceAS) : 0 }, { UInt64($0.sourcePort.byteSwapped) },
      { UInt64(bitPattern: $0.end - $0.start) }, { min($0.packets, 1000) }, { $0.source.low },
    ] as [@Sendable (FlowRecord) -> UInt64])
  func computed(read: @Sendable (FlowRecord) -> UInt64) {
    #expect(RecordLane(read) == nil)
  }
}
