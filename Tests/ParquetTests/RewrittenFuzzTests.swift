import Foundation
import Parquet
import TestSupport
import Testing

@Suite("Other writers' files with other octets")
struct RewrittenFuzzTests {
  @Test(
    "reading ends in values or in an error",
    arguments: ["duckdb", "duckdb-v2", "pyarrow", "pyarrow-v2", "pyarrow-delta", "polars", "fastparquet"])
  func mutations(name: String) throws {
    let seed = runSeed("REWRITTEN_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("rewritten/\(name).parquet"))))
    for _ in 0..<150 {
      var octets = original
      for _ in 0...random.below(6) {
        let place = random.below(octets.count)
        octets[place] = random.below(2) == 0 ? UInt8(random.below(256)) : octets[place] ^ 1 << UInt8(random.below(8))
      }
      let path = try folder.write(octets, as: "mutated.parquet")
      do throws(ParquetReadError) {
        var reader = try ParquetReader(path)
        for group in 0..<reader.rowGroupCount {
          for column in reader.columnNames.indices {
            _ = reader.bounds(column, rowGroup: group)
            do throws(ParquetReadError) { _ = try reader.integers(column, rowGroup: group) } catch {}
            do throws(ParquetReadError) { _ = try reader.strings(column, rowGroup: group) } catch {}
          }
        }
      } catch {
        #expect(error.description.contains(path), "seed \(seed): \(error)")
      }
    }
  }
}
