package import FlowModel
import NetworkBytes

/// Rows to be sent before their file is committed: some of one row group, in the order in which they were appended.
package struct LiveBatch: Sendable {
  package var records: [FlowRecord]
  package var extensions: [FlowExtension]
  /// Facts about each record; empty if there are none.
  package var facts: [FlowFacts]
  /// Origins by the records' origin number, and the names that exporters use.
  package var origins: [FlowOrigin]
  package var names: NameTable
  /// Ledger key of the first row; those of the others follow.
  package var firstKey: Int

  package init(
    records: [FlowRecord], extensions: [FlowExtension], facts: [FlowFacts] = [], origins: [FlowOrigin],
    names: NameTable = NameTable(), firstKey: Int = 0
  ) {
    self.records = records
    self.extensions = extensions
    self.facts = facts
    self.origins = origins
    self.names = names
    self.firstKey = firstKey
  }

  /// Approximate octets of memory.
  var octets: Int {
    let rare = extensions.reduce(0) { $0 + MemoryLayout<FlowExtension>.stride + $1.extra.utf8.count }
    return records.count * MemoryLayout<FlowRecord>.stride + facts.count * MemoryLayout<FlowFacts>.stride + rare
  }

  func row(_ index: Int) -> FlowRow {
    let record = records[index]
    return FlowRow(record, origin: origin(record.origin), rare: rare(record), names: names, facts: facts(of: index))
  }

  func facts(of index: Int) -> FlowFacts { index < facts.count ? facts[index] : FlowFacts() }

  func rare(_ record: FlowRecord) -> FlowExtension? {
    record.extensionNumber == 0 ? nil : extensions[Int(record.extensionNumber) - 1]
  }

  func origin(_ number: UInt32) -> FlowOrigin { Int(number) < origins.count ? origins[Int(number)] : Self.noOrigin }

  private static let noOrigin = FlowOrigin(exporter: .unspecified, domain: 0, version: 0)

  /// Returns the distinct origins of the rows, and the index of each row's origin.
  func usedOrigins() -> (origins: [FlowOrigin], indices: [UInt32]) {
    var used: [FlowOrigin] = []
    var numbers: [UInt32: UInt32] = [:]
    var indices: [UInt32] = []
    indices.reserveCapacity(records.count)
    // Adjacent rows often have the same exporter.
    var last: (number: UInt32, index: UInt32)?
    for record in records {
      let number = record.origin
      if let last, last.number == number {
        indices.append(last.index)
        continue
      }
      var index = UInt32(truncatingIfNeeded: used.count)
      if let known = numbers[number] {
        index = known
      } else {
        numbers[number] = index
        used.append(origin(number))
      }
      last = (number, index)
      indices.append(index)
    }
    return (used, indices)
  }
}
