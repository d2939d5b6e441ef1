import Files
import Foundation
import TestSupport
import Testing

@Suite("Folders, and files by their paths")
struct DirectoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Folders are made with those above them; one that exists is fine, a file in the way is told")
  func create() throws {
    try Directory.createAll(folder.file("a/b/c"))
    try Directory.createAll(folder.file("a/b/c"))
    #expect(try Directory.isDirectory(folder.file("a/b/c")))
    let file = try folder.write("x", as: "file")
    #expect(
      failure { () throws(FileError) in try Directory.createAll("\(file)/below") }
        == FileError(.createDirectory, path: "\(file)/below", code: ENOTDIR))
  }

  @Test("A folder's names are listed without those of itself and the one above")
  func list() throws {
    let names: Set = ["a", ".hidden", "with space", "ä ö ü", String(repeating: "n", count: 255)]
    for name in names { _ = try folder.write("x", as: name) }
    #expect(Set(try Directory.list(folder.path)) == names)
    #expect(try Directory.list(folder.path).count == names.count)
    for number in 0..<2000 { _ = try folder.write("", as: "\(number)") }
    #expect(try Directory.names(in: folder.path).count == names.count + 2000)
  }

  @Test("Names are listed of what is a folder; that there is none can be the same as none")
  func listNothing() throws {
    let missing = folder.file("missing")
    let file = try folder.write("x", as: "file")
    #expect(
      failure { () throws(FileError) in try Directory.list(missing) }
        == FileError(.readDirectory, path: missing, code: ENOENT))
    #expect(
      failure { () throws(FileError) in try Directory.list(file) }
        == FileError(.readDirectory, path: file, code: ENOTDIR))
    #expect(try Directory.names(in: missing) == [])
    #expect(try Directory.names(in: file) == [])
  }

  @Test("A file takes the place of another, but not that of a folder")
  func rename() throws {
    let (old, new) = (try folder.write("old", as: "old"), try folder.write("new", as: "new"))
    try Directory.rename(old, to: new)
    #expect(try String(contentsOfFile: new, encoding: .utf8) == "old")
    #expect(try !Directory.exists(old))
    try Directory.create(folder.file("folder"))
    let refused = failure { () throws(FileError) in try Directory.rename(new, to: folder.file("folder")) }
    #expect(refused == FileError(.renameTo, path: folder.file("folder"), code: EISDIR))
    let missing = failure { () throws(FileError) in try Directory.rename(old, to: new, for: .rename) }
    #expect(missing == FileError(.rename, path: new, code: ENOENT))
  }

  @Test("What is not there can be removed; a folder goes only when it is empty")
  func remove() throws {
    let file = try folder.write("x", as: "file")
    try Directory.remove(file)
    try Directory.remove(file)
    #expect(try !Directory.exists(file))
    let full = folder.file("full")
    try Directory.create(full)
    _ = try folder.write("x", as: "full/file")
    #expect(
      failure { () throws(FileError) in try Directory.remove(full) } == FileError(.remove, path: full, code: EISDIR))
    Directory.removeIfEmpty(full)
    #expect(try Directory.isDirectory(full))
    try Directory.remove("\(full)/file")
    Directory.removeIfEmpty(full)
    #expect(try !Directory.exists(full))
  }

  @Test("Nothing exists below a file, and a link to nothing leads to nothing")
  func exists() throws {
    let file = try folder.write("x", as: "file")
    #expect(try Directory.exists(file))
    #expect(try Directory.exists(folder.path))
    #expect(try !Directory.exists("\(file)/below"))
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("missing"))
    #expect(try !Directory.exists(link))
    let loop = folder.file("loop")
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    #expect(
      failure { () throws(FileError) in try Directory.exists(loop) } == FileError(.lookFor, path: loop, code: ELOOP))
  }

  @Test("A path's status is of the link, or of what it leads to")
  func status() throws {
    let file = try folder.write("octets", as: "file")
    let (link, other) = (folder.file("link"), folder.file("other"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try FileManager.default.linkItem(atPath: file, toPath: other)
    #expect(try Directory.status(file).kind == .file)
    #expect(try Directory.status(folder.path).kind == .directory)
    #expect(try Directory.status("/dev/null").kind == .other)
    #expect(try Directory.status(link).kind == .file)
    #expect(try Directory.status(link, followsLinks: false).kind == .link)
    #expect(try Directory.status(link).identity == Directory.status(other).identity)
    #expect(try Directory.status(link, followsLinks: false).identity != Directory.status(file).identity)
    let missing = folder.file("missing")
    #expect(
      failure { () throws(FileError) in try Directory.status(missing) }
        == FileError(.lookAt, path: missing, code: ENOENT))
    #expect(Directory.fileSize(file) == 6)
    #expect(Directory.fileSize(link) == nil)
    #expect(Directory.fileSize(folder.path) == nil)
    #expect(Directory.fileSize(missing) == nil)
  }

  @Test("A link to a folder is none, unless there is a slash at its end")
  func linkToFolder() throws {
    let (real, link) = (folder.file("real"), folder.file("link"))
    try Directory.create(real)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
    #expect(try !Directory.isDirectory(link))
    #expect(try Directory.isDirectory("\(link)/"))
    #expect(try !Directory.isDirectory(folder.file("missing")))
  }

  @Test("A link that cannot take its place leaves nothing beside it")
  func failingLink() throws {
    let taken = folder.file("taken")
    try Directory.create(taken)
    #expect(
      failure { () throws(FileError) in try Directory.link(taken, to: "elsewhere") }
        == FileError(.link, path: taken, code: EISDIR))
    #expect(try Directory.list(folder.path) == ["taken"])
    let link = folder.file("link")
    try Directory.link(link, to: "first")
    try Directory.link(link, to: "second")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "second")
    #expect(try Directory.list(folder.path).sorted() == ["link", "taken"])
  }

  @Test("A folder is checked and synced; a file or nothing in its place is told")
  func folders() throws {
    try Directory.checkWritable(folder.path)
    try Directory.sync(folder.path)
    let file = try folder.write("x", as: "file")
    #expect(
      failure { () throws(FileError) in try Directory.checkWritable(file) }
        == FileError(.writeInto, path: file, code: ENOTDIR))
    #expect(
      failure { () throws(FileError) in try Directory.sync(file) }
        == FileError(.openDirectory, path: file, code: ENOTDIR))
  }
}
