import Parquet

extension FuzzTarget {
  /// Parquet files from other programs: reading yields as many values as rows, or an error that names the file.
  package static let parquet = FuzzTarget(
    "parquet", longest: 40_000,
    seeds: { FuzzSeeds.contents("rewritten", "parquet") + FuzzSeeds.contents("rewritten/ours", "parquet") }
  ) { octets throws(FuzzViolation) in
    try ScratchFile.with(octets) { path throws(FuzzViolation) in
      do throws(ParquetReadError) {
        var reader = try ParquetReader(path)
        for group in 0..<min(reader.rowGroupCount, 16) {
          for column in reader.columnNames.indices {
            _ = reader.bounds(column, rowGroup: group)
            _ = (reader.greatest(column), reader.timeUnit(column), reader.isOptional(column))
            do throws(ParquetReadError) { _ = try reader.integers(column, rowGroup: group) } catch {}
            do throws(ParquetReadError) { _ = try reader.strings(column, rowGroup: group) } catch {}
          }
        }
      } catch {
        try FuzzViolation.check(error.description.contains(path), "an error without the file: \(error)")
      }
    }
  }
}
