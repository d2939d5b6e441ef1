package import FlowModel
import LookupTables

/// Names of autonomous systems, by number.
public struct SystemLabels: Sendable {
  private let names: NumberTable
  public let count: Int
  public let unusedColumns: [String]

  static let layout = LabelLayout(required: ["as", "name"], optional: ["description"])

  package init(
    contentsOf path: String, texts: inout TextCollector, limits: LabelLimits = LabelLimits()
  ) throws(LabelError) {
    var file = try LabelFile.open(path, Self.layout, limits)
    var found: [UInt64: UInt32] = [:]
    try file.forEachRow { row throws(FieldFault) in
      let number = UInt64(try Self.number(try row.text("as")))
      let name = try row.octets("name")
      if name.isEmpty { throw FieldFault("no name for AS\(number)") }
      let text = try texts.add(name)
      if let known = found[number], known != text {
        throw FieldFault("AS\(number) is listed twice, with different names")
      }
      found[number] = text
    }
    try file.throwProblems()
    names = NumberTable(found)
    count = found.count
    unusedColumns = file.unusedColumns
  }

  /// Octets of memory, without texts.
  package var memory: Int { names.memory }

  /// Returns the number of the name of an autonomous system; 0 if it has none.
  public subscript(system: UInt32) -> UInt32 { names[UInt64(system)] }

  /// Parses `64500`, `AS64500`, or asdot notation (RFC 5396), `1.10`.
  private static func number(_ text: String) throws(FieldFault) -> UInt32 {
    let digits = text.lowercased().hasPrefix("as") ? text.dropFirst(2) : Substring(text)
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    let fault = FieldFault("'\(text)' is not an AS number; expected 64500, AS64500 or 1.10")
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }), let first = parts.first else {
      throw fault
    }
    if parts.count == 1 {
      guard let number = UInt32(first), number > 0 else { throw fault }
      return number
    }
    guard parts.count == 2, let high = UInt16(first), let low = UInt16(parts[1]) else { throw fault }
    return UInt32(high) << 16 | UInt32(low)
  }
}
