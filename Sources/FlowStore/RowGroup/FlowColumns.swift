import FlowModel
import Parquet

/// A row group's values, column by column in sorted order.
struct FlowColumns: Sendable {
  private var buffers: [any ColumnBuffer]

  init(_ columns: [FlowColumn]) { buffers = columns.map { $0.buffer() } }

  /// Takes the rows in sorted order, a block at a time, into all columns.
  mutating func gather(_ records: [FlowRecord], _ facts: [FlowFacts], _ group: RowGroupContext) {
    for index in buffers.indices { buffers[index].begin(group) }
    var block = RowBlock()
    for start in stride(from: 0, to: records.count, by: RowBlock.size) {
      block.places = start..<min(start + RowBlock.size, records.count)
      block.records.removeAll(keepingCapacity: true)
      block.records.append(addingCapacity: block.places.count) { output in
        for place in block.places { output.append(records[Int(group.sorter.items[place].number)]) }
      }
      if !facts.isEmpty {
        block.facts.removeAll(keepingCapacity: true)
        for place in block.places { block.facts.append(facts[Int(group.sorter.items[place].number)]) }
      }
      for index in buffers.indices { buffers[index].append(block, group) }
    }
  }

  /// Writes all columns in file order.
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    for buffer in buffers { try buffer.write(to: &file, group) }
  }
}
