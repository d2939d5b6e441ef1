// FlowStore: the directory of flow files: layout of rows, size of files, commits, and retention.

import FlowModel
import Parquet

extension FlowColumn {
  /// The column as Parquet has it: what hardly repeats is plain, times lie near each other. A number of 16 bits repeats in any case:
  /// a port and its share of the dictionary take less than four octets.
  var parquet: ParquetColumn {
    switch kind {
    case .time: ParquetColumn(name, .timestampMilliseconds, encoding: .delta)
    case .counter: ParquetColumn(name, .uint64, isOptional: isNullable)
    case .number(.bits8): number(.uint8)
    case .number(.bits16): number(.uint16)
    case .number(.bits32): number(.uint32)
    case .address, .mac, .text, .json: ParquetColumn(name, .string, isOptional: isNullable)
    }
  }

  private func number(_ type: ParquetColumn.ValueType) -> ParquetColumn {
    isVaried && numberBits > 16 ? ParquetColumn(name, type, encoding: .plain) : ParquetColumn(name, type)
  }

  /// Sort columns of a row group, in bytewise order.
  static let sortColumns: [FlowColumn] = [.exporterAddress, .sourceAddress, .destinationAddress]
}

extension [FlowColumn] {
  func schema() throws(StoreError) -> ParquetSchema {
    do throws(ParquetError) {
      return try ParquetSchema(map(\.parquet))
    } catch {
      throw .parquet(error)
    }
  }
}
