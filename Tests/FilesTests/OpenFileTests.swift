import Files
import Foundation
import TestSupport
import Testing

@Suite("Open files")
struct OpenFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("What cannot be opened is told with what it was opened for, path and errno")
  func refused() throws {
    let missing = folder.file("missing")
    #expect(
      failure { () throws(FileError) in try OpenFile(missing, .reading) }
        == FileError(.open, path: missing, code: ENOENT))
    let file = try folder.write("kept", as: "file")
    let taken = failure { () throws(FileError) in try OpenFile(file, .creating(0o600), for: .create) }
    #expect(taken == FileError(.create, path: file, code: EEXIST))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    let noFolder = failure { () throws(FileError) in try OpenFile(file, .directory, for: .openDirectory) }
    #expect(noFolder == FileError(.openDirectory, path: file, code: ENOTDIR))
    #expect(failure { () throws(FileError) in try OpenFile(folder.path, .updating(0o600)) }?.code == EISDIR)
  }

  @Test("A slash at the end of a path asks for a folder")
  func slash() throws {
    let path = try folder.write("x", as: "file") + "/"
    #expect(failure { () throws(FileError) in try OpenFile(path, .reading) }?.code == ENOTDIR)
  }

  @Test("A link is followed to what is read, and not to what is made or changed")
  func links() throws {
    let file = try folder.write("x", as: "file")
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    #expect(try OpenFile(link, .reading).octets(9) == Array("x".utf8))
    #expect(failure { () throws(FileError) in try OpenFile(link, .readingNoLink) }?.code == ELOOP)
    #expect(failure { () throws(FileError) in try OpenFile(link, .updating(0o600)) }?.code == ELOOP)
    #expect(failure { () throws(FileError) in try OpenFile(link, .creating(0o600)) }?.code == EEXIST)
    let new = try OpenFile.replacing(link, 0o600)
    try new.write(Array("new".utf8).span)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "x")
    #expect(try Directory.status(link, followsLinks: false).kind == .file)
    #expect(try new.status().permissions == 0o600)
  }

  @Test("What a file is on is known: memory or not, and with the same number by each of its files")
  func fileSystem() throws {
    #expect(try !FileSystem(of: "/proc").isMemory)
    let file = try OpenFile(try folder.write("x", as: "file"), .reading).fileSystem()
    let directory = try FileSystem(of: folder.path)
    #expect(file.number == directory.number)
    #expect(file.isMemory == directory.isMemory)
    #expect(failure { () throws(FileError) in try FileSystem(of: folder.file("missing")) }?.code == ENOENT)
  }

  @Test("No child process inherits an open file")
  func closedOnExec() throws {
    let file = try folder.write("x", as: "file")
    let modes: [(String, OpenFile.Mode)] = [
      (file, .reading), (file, .readingAtOnce), (folder.path, .directory), (folder.file("new"), .creating(0o600)),
      (file, .emptying(0o600)), (file, .updating(0o600)),
    ]
    for (path, mode) in modes {
      let open = try OpenFile(path, mode)
      #expect(fcntl(open.borrowed, F_GETFD) & FD_CLOEXEC != 0)
      #expect(fcntl(try open.duplicate().borrowed, F_GETFD) & FD_CLOEXEC != 0)
    }
  }

  @Test("A pipe that nobody writes into is opened at once, and is no file")
  func pipe() throws {
    let path = folder.file("pipe")
    try #require(unsafe mkfifo(path, 0o600) == 0)
    #expect(try OpenFile(path, .readingAtOnce).status().kind == .other)
  }

  @Test("A file that is emptied keeps nothing, one that is updated everything")
  func emptying() throws {
    let file = try folder.write("old", as: "file")
    #expect(try OpenFile(file, .updating(0o600)).status().size == 3)
    #expect(try OpenFile(file, .emptying(0o600)).status().size == 0)
  }

  @Test("A file is closed when it goes, and not when its descriptor was handed over")
  func closing() throws {
    let pipe = PipeEnds()
    let reading = try pipe.reading.duplicate()
    let descriptor = try pipe.writing.duplicate().release()
    _ = consume pipe
    let writing = OpenFile(owning: descriptor, path: "pipe")
    try writing.write([1, 2].span)
    try writing.close()
    // Reading ends once no writer is left.
    #expect(try reading.octets(9) == [1, 2])
  }

  @Test("A descriptor that is none is told")
  func noDescriptor() {
    let none = OpenFile(owning: -1, path: "none")
    #expect(failure { () throws(FileError) in try none.status() } == FileError(.lookAt, path: "none", code: EBADF))
    #expect(failure { () throws(FileError) in try none.lock() } == FileError(.lock, path: "none", code: EBADF))
    #expect(
      failure { () throws(FileError) in try none.duplicate() } == FileError(.duplicate, path: "none", code: EBADF))
    let closing = failure { () throws(FileError) in try OpenFile(owning: -1, path: "none").close() }
    #expect(closing == FileError(.close, path: "none", code: EBADF))
  }

  @Test("A duplicate stays open when the file is closed")
  func duplicate() throws {
    let path = try folder.write("x", as: "file")
    let file = try OpenFile(path, .reading)
    let copy = try file.duplicate()
    try file.close()
    #expect(try copy.octets(9) == Array("x".utf8))
  }

  @Test("Only one of two that open a file can lock it, until that one closes it")
  func lock() throws {
    let path = folder.file("lock")
    let first = try OpenFile(path, .updating(0o600))
    let second = try OpenFile(path, .updating(0o600))
    #expect(try first.lock())
    #expect(try first.lock())
    #expect(try !second.lock())
    try first.close()
    #expect(try second.lock())
  }

  @Test("The status of an open file shows its size, permissions and owner, and that its name was removed")
  func status() throws {
    let path = folder.file("file")
    let file = try OpenFile(path, .creating(0o600))
    try file.write(pattern(1234).span)
    try file.setPermissions(0o640)
    let status = try file.status()
    #expect(status.kind == .file)
    #expect(status.size == 1234)
    #expect(status.permissions == 0o640)
    #expect(status.isOwn)
    #expect(!status.isRemoved)
    #expect(try Directory.status(path).identity == status.identity)
    try Directory.remove(path)
    #expect(try file.status().isRemoved)
  }
}
