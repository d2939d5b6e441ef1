import FlowModel
import FlowQuery
import Foundation
import Kafka
import NetworkBytes
import Shipping
import TestSupport
import Testing

@Suite("A row as goflow2's message", .ownThread)
struct FlowMessageTests {
  @Test("has every column, each under a number of its own")
  func columns() {
    #expect(Set(FlowMessageField.all.map(\.column)) == Set(FlowColumn.allCases))
    #expect(FlowMessageField.all.count == FlowColumn.allCases.count)
    let numbers = FlowMessageField.all.map(\.number) + [FlowMessageField.etherType, FlowMessageField.received]
    #expect(Set(numbers).count == numbers.count)
  }

  /// A message's fields in wire format.
  private struct Wire: Equatable {
    var numbers: [UInt32: UInt64] = [:]
    var octets: [UInt32: [UInt8]] = [:]

    init?(_ message: ArraySlice<UInt8>) {
      var rest = message
      while !rest.isEmpty {
        guard let tag = Self.varint(&rest) else { return nil }
        let number = UInt32(tag >> 3)
        switch tag & 7 {
        case 0:
          guard numbers[number] == nil, let value = Self.varint(&rest) else { return nil }
          numbers[number] = value
        case 2:
          guard octets[number] == nil, let count = Self.varint(&rest), count <= UInt64(rest.count) else { return nil }
          octets[number] = Array(rest.prefix(Int(count)))
          rest.removeFirst(Int(count))
        default: return nil
        }
      }
    }

    static func varint(_ octets: inout ArraySlice<UInt8>) -> UInt64? {
      var (value, shift) = (UInt64(0), UInt64(0))
      while let octet = octets.popFirst(), shift < 64 {
        value |= UInt64(octet & 0x7f) << shift
        if octet < 0x80 { return value }
        shift += 7
      }
      return nil
    }
  }

  /// Returns the messages of a file, without their length prefixes.
  private static func messages(_ sample: FlowFileSample) throws -> [ArraySlice<UInt8>] {
    let rows = try FileRows(sample.file.path)
    var all: [ArraySlice<UInt8>] = []
    for number in 0..<rows.groupCount {
      let group = rows.group(number)
      all += Self.messages(try FlowMessages(group), count: group.rowCount)
    }
    return all
  }

  private static func messages(_ encoder: FlowMessages, count: Int) -> [ArraySlice<UInt8>] {
    var (encoder, batch, all) = (encoder, MessageBatch(keys: []), [ArraySlice<UInt8>]())
    // Full messages, then the rest.
    for first in stride(from: 0, to: count, by: encoder.maximumRows) {
      batch.messages = []
      encoder.encode(Array(first..<min(first + encoder.maximumRows, count))[...], into: &batch)
      for message in batch.messages {
        var rest = batch.octets[message.range]
        #expect(Wire.varint(&rest) == UInt64(rest.count))
        all.append(rest)
      }
    }
    return all
  }

  @Test("is the same before its file is committed and from the file", arguments: [true, false])
  func live(isVaried: Bool) throws {
    let sample = try FlowFileSample(rows: 700, isVaried: isVaried, groupRows: 300)
    let fromFile = try Self.messages(sample).map { try #require(Wire($0)) }
    let byOctets = Dictionary(uniqueKeysWithValues: fromFile.map { ($0.numbers[9] ?? 0, $0) })
    let live = try Self.messages(FlowMessages(sample.live), count: 700).map { try #require(Wire($0)) }
    #expect(live.map { $0.numbers[9] ?? 0 } == Array(1...700))
    for wire in live { #expect(wire == byOctets[wire.numbers[9] ?? 0]) }
  }

  @Test("of one row is the same before its file is committed and from the file")
  func one() throws {
    for number in [7, 8] {
      let sample = try FlowFileSample(rows: 1, first: number, isVaried: true)
      let live = Self.messages(FlowMessages(sample.live), count: 1).map { Wire($0) }
      #expect(try live == Self.messages(sample).map { Wire($0) })
    }
  }

  private static func octets(_ address: IPAddress) -> [UInt8]? {
    if address.isUnspecified { return nil }
    if address.isV4 { return (0..<4).reversed().map { UInt8(truncatingIfNeeded: address.v4 >> (8 * UInt32($0))) } }
    let words = [address.high, address.low]
    return words.flatMap { word in (0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
  }

  @Test("has of every column the row's value; what is 0 or absent is left out")
  func values() throws {
    let sample = try FlowFileSample(rows: 700, isVaried: true, groupRows: 300)
    let messages = try Self.messages(sample)
    #expect(messages.count == 700)
    let rows = Dictionary(uniqueKeysWithValues: sample.rows.map { ($0.record.octets, $0) })
    for message in messages {
      let wire = try #require(Wire(message))
      let row = try #require(rows[wire.numbers[9] ?? 0])
      for field in FlowMessageField.all {
        switch (row.value(field.column), field.form) {
        case (.integer(let value), _): #expect(wire.numbers[field.number] ?? 0 == value, "\(field.column)")
        case (.time(let value), _): #expect(wire.numbers[field.number] == UInt64(value) * 1_000_000)
        case (.address(let address), _): #expect(wire.octets[field.number] == Self.octets(address), "\(field.column)")
        case (.mac(let address), _): #expect(wire.numbers[field.number] == address)
        case (.text(let text), .flowType): #expect(wire.numbers[field.number] == (text == "ipfix" ? 4 : 3))
        case (.text, .labels): #expect(wire.octets[field.number] == [0x81, 0x7d, 3])
        case (.text(let text), _), (.json(let text), _): #expect(wire.octets[field.number] == Array(text.utf8))
        case (.none, _): #expect(wire.numbers[field.number] == nil && wire.octets[field.number] == nil)
        }
      }
      #expect(wire.numbers[FlowMessageField.received] == wire.numbers[112])
      let isV4 = row.record.source.isV4
      #expect(wire.numbers[FlowMessageField.etherType] == (isV4 ? 0x0800 : 0x86dd))
    }
  }

  @Test(
    "is read by Google's compiler after flow.proto, which knows all fields", .tags(.engine), .unlessFast,
    .enabled(if: Tool.isInstalled("protoc"), "protoc is not installed"))
  func compiler() async throws {
    let sample = try FlowFileSample(rows: 21, isVaried: true)
    let folder = try TemporaryFolder()
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../Sources/Kafka"
    ).standardized.path
    let protoc = try #require(Tool("protoc"))
    for message in try Self.messages(sample) {
      let path = try folder.write(Array(message), as: "message")
      let text = try await Tool("sh")?.run([
        "-c", "\(protoc.path) -I \(sources) --decode=flowpb.FlowMessage flow.proto < \(path)",
      ])
      let lines = try #require(text).split(separator: "\n").map(String.init)
      let wire = try #require(Wire(message))
      #expect(lines.contains("bytes: \(wire.numbers[9] ?? 0)"))
      // A field missing from the .proto file is shown by its number.
      #expect(!lines.contains { $0.first?.isNumber ?? true })
    }
  }
}
