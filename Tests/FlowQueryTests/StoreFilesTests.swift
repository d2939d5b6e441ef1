import FlowQuery
import Foundation
import Glibc
import Parquet
import TestSupport
import Testing

@Suite("The files of a store")
final class StoreFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var root: String { "\(folder.path)/store" }

  private func make(_ paths: String...) throws {
    for path in paths {
      let url = URL(fileURLWithPath: "\(folder.path)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
  }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(path)", withDestinationPath: target)
  }

  /// Returns paths relative to the folder.
  private func found(_ paths: String...) throws -> (files: [String], failures: [String], repeated: Int) {
    let found = try StoreFiles.find(paths.isEmpty ? [root] : paths.map { "\(folder.path)/\($0)" })
    func short(_ path: String) -> String { path.replacing("\(folder.path)/", with: "") }
    return (found.files.map(short), found.failures.map { short("\($0)") }, found.repeated)
  }

  @Test("files are found in the order of their names, whatever the depth; hidden names and others are passed over")
  func order() throws {
    try make(
      "store/date=2026-01-02/hour=00/b.parquet", "store/date=2026-01-01/hour=23/c.parquet",
      "store/date=2026-01-01/hour=03/a.parquet", "store/top.parquet", "store/date=2026-01-01/hour=03/.d.parquet",
      "store/date=2026-01-01/hour=03/.e.part", "store/.journal/x/f.parquet", "store/notes.txt")
    let (files, failures, repeated) = try found()
    #expect(
      files == [
        "store/date=2026-01-01/hour=03/a.parquet", "store/date=2026-01-01/hour=23/c.parquet",
        "store/date=2026-01-02/hour=00/b.parquet", "store/top.parquet",
      ])
    #expect(failures == [])
    #expect(repeated == 0)
  }

  @Test("links to folders and files elsewhere are followed")
  func links() throws {
    try make("store/date=2026-01-02/hour=00/a.parquet", "disk/hour=01/b.parquet", "disk/c.bin", "other/d.parquet")
    try link("store/date=2026-01-01", to: "\(folder.path)/disk")
    try link("store/date=2026-01-02/hour=05", to: "../../other")
    try link("store/date=2026-01-02/hour=00/c.parquet", to: "\(folder.path)/disk/c.bin")
    try link("link", to: "store")
    #expect(
      try found("link").files == [
        "link/date=2026-01-02/hour=00/a.parquet", "link/date=2026-01-01/hour=01/b.parquet",
        "link/date=2026-01-02/hour=00/c.parquet", "link/date=2026-01-02/hour=05/d.parquet",
      ])
  }

  @Test("loops end, and what several paths lead to counts once, under its own name")
  func loops() throws {
    try make("store/date=2026-01-01/hour=00/a.parquet", "store/date=2026-01-01/hour=00/b.parquet")
    try link("store/a-loop", to: ".")
    try link("store/date=2026-01-01/hour=01", to: "hour=00")
    try link("store/date=2026-01-01/hour=00/c.parquet", to: "a.parquet")
    let files = ["store/date=2026-01-01/hour=00/a.parquet", "store/date=2026-01-01/hour=00/b.parquet"]
    let once = try found()
    #expect(once.files == files)
    #expect(once.failures == [])
    #expect(once.repeated == 3)
    let again = try found("store", "store/date=2026-01-01", "store/date=2026-01-01/hour=00/b.parquet")
    #expect(again.files == files)
    #expect(again.failures == [])
    #expect(again.repeated == 5)
  }

  @Test("what is there and cannot be looked at is named")
  func failures() throws {
    try make("store/date=2026-01-01/hour=00/a.parquet", "store/date=2026-01-02", "store/date=2026-01-01/hour=07")
    try link("store/date=2026-01-03", to: "nowhere")
    try link("store/date=2026-01-01/hour=08", to: "hour=08")
    try link("store/date=2026-01-01/hour=00/b.parquet", to: "gone")
    #expect(unsafe mkfifo("\(root)/date=2026-01-01/hour=00/c.parquet", 0o600) == 0)
    let (files, failures, _) = try found()
    #expect(files == ["store/date=2026-01-01/hour=00/a.parquet"])
    #expect(failures.count == 6)
    for (path, reason) in [
      ("date=2026-01-02", "cannot be read: Not a directory"),
      ("date=2026-01-01/hour=07", "cannot be read: Not a directory"),
      ("date=2026-01-03", "dangling symbolic link"),
      ("date=2026-01-01/hour=00/b.parquet", "dangling symbolic link"),
      ("date=2026-01-01/hour=08", "cannot be read: Too many levels of symbolic links"),
      ("date=2026-01-01/hour=00/c.parquet", "not a Parquet file"),
    ] {
      #expect(failures.contains { $0.hasPrefix("store/\(path): \(reason)") }, "\(path): \(failures)")
    }
  }

  @Test("a folder that may not be read is named, the others are read")
  func forbidden() async throws {
    try make("store/date=2026-01-01/hour=00/a.parquet", "store/date=2026-01-01/hour=01/b.parquet")
    let root = root
    await #expect(processExitsWith: .success) { [root = root as String] in
      let closed = "\(root)/date=2026-01-01/hour=00"
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: closed)
      // Root can open every folder.
      if geteuid() == 0, setgid(65534) != 0 || setuid(65534) != 0 { exit(90) }
      let found = try StoreFiles.find([root])
      let alone = try StoreFiles.find([closed])
      let isRight =
        found.files == ["\(root)/date=2026-01-01/hour=01/b.parquet"]
        && found.failures.map(\.description) == ["\(closed): cannot be read: Permission denied"]
        && found.failures.allSatisfy(\.isForbidden) && alone.files.isEmpty && alone.failures == found.failures
      exit(isRight ? EXIT_SUCCESS : 2)
    }
  }

  @Test("a path of nothing, and one without flow files, are errors of their own")
  func nothing() throws {
    try make("empty/notes.txt")
    try link("dangling", to: "nowhere")
    #expect(throws: QueryError.noSuchPath("\(folder.path)/none")) { try found("none") }
    #expect(throws: QueryError.noFiles("\(folder.path)/empty")) { try found("empty") }
    #expect(try found("dangling").failures.count == 1)
  }
}
