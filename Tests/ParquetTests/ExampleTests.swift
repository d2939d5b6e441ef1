import Parquet
import TestSupport
import Testing

@Suite("Example of the documentation")
struct ExampleTests {
  @Test("writes a file and reads it")
  func example() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.file("example.parquet")
    // Example begins.
    let schema = try ParquetSchema([
      ParquetColumn("time", .int64, encoding: .delta),
      ParquetColumn("host", .string),
    ])
    var hosts = StringDictionary()
    let web = hosts.append("web")
    let mail = hosts.append("mail")

    var writer = try ParquetWriter(path: path, schema: schema)
    try writer.beginRowGroup(rowCount: 3)
    try writer.write(int64: ([1000, 2000, 3000] as [Int64]).span)
    try writer.write(indices: ([web, mail, web] as [UInt32]).span, dictionary: hosts)
    try writer.endRowGroup()
    try writer.finish(metadata: [("source", "example")])
    try writer.close()

    var reader = try ParquetReader(path)
    let times = try reader.integers(0, rowGroup: 0)
    let names = try reader.strings(1, rowGroup: 0)
    let rows = (0..<reader.rowCount(0)).map { row in
      "\(times[row]) \(names.entry(row).map { names.text($0) } ?? "null")"
    }
    // Example ends.
    #expect(rows == ["1000 web", "2000 mail", "3000 web"])
    #expect(reader.metadata["source"] == "example")
  }

  @Test("is the one that is tested")
  func documentation() throws {
    let example = try DocumentedExample.compiled()
    #expect(!example.isEmpty)
    #expect(try DocumentedExample.documented("Parquet") == example)
  }
}
