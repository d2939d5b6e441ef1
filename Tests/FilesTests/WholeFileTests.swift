import Files
import Foundation
import TestSupport
import Testing

@Suite("Files that are read as a whole")
struct WholeFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("A file is read in parts to its end")
  func parts() throws {
    var file = try WholeFile.open(try folder.write("abcdefg", as: "file"), atMost: 7)
    var parts: [String] = []
    try file.forEachPart(of: 3) { parts.append(String(decoding: $0, as: UTF8.self)) }
    #expect(parts == ["abc", "def", "g"])
    let rest = try file.next(3)
    #expect(rest == [])
  }

  @Test("A file that is written to while it is read is refused at its end")
  func changing() throws {
    let path = try folder.write("abc", as: "file")
    var file = try WholeFile.open(path, atMost: 100)
    let first = try file.next(3)
    #expect(first == Array("abc".utf8))
    _ = try folder.write("abcd", as: "file")
    var fault: WholeFileFault?
    do throws(WholeFileFault) { try file.forEachPart(of: 3) { _ in } } catch { fault = error }
    #expect(fault == .changing)
  }

  @Test("A small file is read at once, or refused whole: too large, missing, no file, a pipe without a writer")
  func content() throws {
    let long = String(repeating: "a", count: 10_000)
    let path = try folder.write(long, as: "file")
    #expect(try WholeFile.content(of: path, atMost: 10_000) == Array(long.utf8))
    #expect(try WholeFile.content(of: try folder.write("", as: "empty"), atMost: 0) == [])
    #expect(fault(path, atMost: 9_999) == .tooLarge(9_999))
    let missing = folder.file("missing")
    #expect(fault(missing) == .file(FileError(.open, path: missing, code: ENOENT)))
    #expect(fault(folder.path) == .noFile)
    let pipe = folder.file("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    #expect(fault(pipe) == .noFile)
  }

  private func fault(_ path: String, atMost limit: Int64 = 100) -> WholeFileFault? {
    do throws(WholeFileFault) { _ = try WholeFile.content(of: path, atMost: limit) } catch { return error }
    return nil
  }

  @Test("A file that is too large is described with the limit")
  func limitText() {
    func text(_ limit: Int64) -> String {
      WholeFileFault.tooLarge(limit).text("/f", expected: "a file", ifTooLarge: "shorten it")
    }
    #expect(text(4096) == "/f: larger than 4 KiB; shorten it")
    #expect(text(16 << 20) == "/f: larger than 16 MiB; shorten it")
  }

  // Measures the memory of the whole process, so it runs in its own.
  @Test("Reading an empty file again and again takes no more memory")
  func empty() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let file = try folder.write("", as: "empty")
      let before = try residentOctets()
      for _ in 0..<40_000 { _ = try WholeFile.content(of: file, atMost: 16) }
      // Foundation would leak a page each time.
      #expect(try residentOctets() - before < 80 << 20)
    }
  }
}
