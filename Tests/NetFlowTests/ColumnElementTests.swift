import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Columns have the values of their information elements")
struct ColumnElementTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let column: FlowColumn
    let element: InformationElementID

    var testDescription: String { "\(column) from \(element.rawValue)" }
  }

  /// Columns from options data have separate tests: names, and most sampling rates.
  static let cases: [Case] = FlowColumn.allCases.flatMap { column -> [Case] in
    if case .exporterName = column.values { return [] }
    let elements = column == .samplingRate ? [.samplingInterval, .samplingPacketInterval] : column.elements
    return elements.map { Case(column: column, element: $0) }
  }

  @Test("A record with the element alone has a value in the column", arguments: cases)
  func reaches(_ sample: Case) throws {
    let element = try #require(InformationElement.named(sample.element))
    // Uptime timestamps need the v9 header, and must be before its uptime.
    let isUpTime = sample.element == .flowStartSysUpTime || sample.element == .flowEndSysUpTime
    let value = isUpTime ? [0, 0, 0, 1] : Self.octets(element.type)
    let with = try Self.row(Int(sample.element.rawValue), value, isUpTime)
    let without = try Self.row(Int(InformationElementID.flowId.rawValue), [0, 0, 0, 0, 0, 0, 0, 1], isUpTime)
    #expect(with.value(sample.column) != without.value(sample.column))
  }

  private static func row(_ element: Int, _ value: [UInt8], _ isV9: Bool) throws -> FlowRow {
    let template = Wire.template(300, [[element, value.count]])
    let decoded = FlowDecoded([
      isV9
        ? Wire.v9(Wire.set(0, template), Wire.set(300, value))
        : Wire.ipfix(Wire.set(2, template), Wire.set(300, value))
    ])
    let record = try #require(decoded.records.first)
    let rare = record.extensionNumber > 0 ? decoded.extensions[Int(record.extensionNumber) - 1] : nil
    return FlowRow(record, origin: decoded.origins[Int(record.origin)], rare: rare)
  }

  /// Returns a value of the type without zero octets, because zero means not set.
  private static func octets(_ type: AbstractType) -> [UInt8] {
    let count =
      switch type {
      case .unsigned8: 1
      case .unsigned16: 2
      case .unsigned32, .ipv4Address, .dateTimeSeconds: 4
      case .macAddress: 6
      case .ipv6Address: 16
      // Label stack entries, and an application's engine and selector.
      case .octetArray: 3
      default: 8
      }
    return [UInt8](repeating: 1, count: count)
  }
}
