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
}
