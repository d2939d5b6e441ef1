import FlowQuery
import Glibc
import Parquet
import Testing

@Suite("What a scan could not read")
struct ScanFailuresTests {
  private static func error(_ path: String, _ reason: ParquetReadError.Reason) -> ParquetReadError {
    ParquetReadError(path, reason)
  }

  @Test("is counted once a file, whoever met it how often")
  func once() {
    var failures = ScanFailures()
    for _ in 0..<2 { failures.note(Self.error("a", .notParquet)) }
    failures.note(Self.error("gone", .system(errno: ENOENT)))
    var others = ScanFailures([Self.error("a", .damaged("x")), Self.error("b", .notParquet)])
    others.note(Self.error("gone", .system(errno: ENOENT)))
    failures.merge(others)
    #expect(failures.unread.map(\.path) == ["a", "b"])
    #expect(failures.vanished == ["gone"])
  }

  @Test("is no failure where retention removed it, or where it is read under another name")
  func notices() {
    var failures = ScanFailures()
    #expect(failures.notices == [])
    failures.note(Self.error("gone", .system(errno: ENOENT)))
    failures.noteRepeated("link")
    #expect(
      failures.notices == [
        "1 file left out: retention removed meanwhile", "link: the same file as another one; it counts once",
      ])
    #expect(failures.unread == [])
    #expect(failures.messages == [])
    failures.note(Self.error("gone too", .system(errno: ENOENT)))
    failures.noteRepeated("other")
    #expect(
      failures.notices == [
        "2 files left out: retention removed meanwhile",
        "link (and 1 more): the same file as another one; it counts once",
      ])
  }

  @Test("is named one by one, and counted beyond five")
  func messages() {
    let failures = ScanFailures((1...6).map { Self.error("\($0).parquet", .notParquet) })
    #expect(failures.messages.count == 6)
    #expect(
      failures.messages.first
        == "1.parquet: not a Parquet file, or truncated; it was left out")
    #expect(failures.messages.last == "6 files and directories in total could not be read")
  }

  @Test("with permission denied comes with what to do about it")
  func forbidden() throws {
    let failures = ScanFailures([Self.error("/nowhere/a.parquet", .system(errno: EACCES))])
    let advice = try #require(failures.messages.last)
    #expect(failures.messages.count == 2)
    #expect(
      advice.hasPrefix("1 file or directory: permission denied; ask an administrator to run `usermod -aG sagflow "))
  }
}
