import Files
import Foundation
import TestSupport
import Testing

@Suite("Messages to other processes of the host", .tags(.network), .unlessFast, .ownThread)
struct LocalSocketTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Returns both ends of a connection.
  private func pair(_ path: String) throws -> (LocalEnd, LocalEnd) {
    let listener = try LocalListener(path)
    let client = LocalEnd(try LocalConnection(to: path))
    return (client, try listener.next())
  }

  @Test("Messages keep their borders and come with the open files that were sent")
  func messages() throws {
    let (client, server) = try pair(folder.file("socket"))
    let path = try folder.write("what is in it", as: "file")
    let file = SharedFile(try OpenFile(path, .reading))
    try client.value.send(LocalMessage([1, 2, 3], [file, file]))
    try client.value.send(LocalMessage([4]))
    try FileManager.default.removeItem(atPath: path)
    let first = try #require(try server.value.receive())
    #expect(first.octets == [1, 2, 3])
    #expect(first.files.count == 2)
    for file in first.files { #expect(try file.file.octets(99, at: 0) == Array("what is in it".utf8)) }
    let second = try #require(try server.value.receive())
    #expect(second.octets == [4])
    #expect(second.files.isEmpty)
  }

  @Test("The end of the other side is no message, and silence is an error after its time")
  func ends() throws {
    var (client, server): (LocalEnd?, LocalEnd) = try pair(folder.file("socket"))
    #expect(failure { () throws(FileError) in _ = try server.value.receive(timeout: 20) }?.code == EAGAIN)
    client = nil
    _ = client
    #expect(try server.value.receive() == nil)
    #expect(failure { () throws(FileError) in try server.value.send(LocalMessage([1])) }?.code == EPIPE)
  }

  @Test("Files that come with an empty message, which is the end, do not stay open")
  func emptyMessage() throws {
    let (client, server) = try pair(folder.file("socket"))
    let path = try folder.write("", as: "file")
    let file = SharedFile(try OpenFile(path, .reading))
    try client.value.send(LocalMessage([], [file, file]))
    #expect(try server.value.receive() == nil)
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    // Ignores symbolic links in the path.
    let end = path.split(separator: "/").suffix(2).joined(separator: "/")
    let open = descriptors.filter { descriptor in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)"))?.hasSuffix(end)
        == true
    }
    #expect(open == ["\(file.file.borrowed)"])
  }

  @Test("Owner and group may connect, in place of what an earlier process left, over paths of any length")
  func paths() throws {
    let deep = folder.file(String(repeating: "d", count: 120))
    try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
    for path in [folder.file("socket"), "\(deep)/socket"] {
      for _ in 1...2 {
        let (client, server) = try pair(path)
        try server.value.send(LocalMessage([7]))
        #expect(try client.value.receive()?.octets == [7])
      }
      #expect(try Directory.status(path).permissions == 0o660)
      #expect(failure { () throws(FileError) in _ = try LocalConnection(to: path) }?.code == ECONNREFUSED)
    }
    #expect(failure { () throws(FileError) in _ = try LocalConnection(to: folder.file("none")) }?.code == ENOENT)
  }

  @Test("A listener that is ended accepts nobody")
  func endedListener() throws {
    let listener = try LocalListener(folder.file("socket"))
    listener.end()
    let isAccepted = try listener.accept() != nil
    #expect(!isAccepted)
  }

  @Test("A listener that waits returns when it is ended in another thread")
  func endedWhileWaiting() throws {
    final class Shared: Sendable {
      let listener: LocalListener
      init(_ path: String) throws(FileError) { listener = try LocalListener(path) }
    }
    let shared = try Shared(folder.file("socket"))
    Thread.detachNewThread {
      // The other thread usually waits by then; if not, the outcome is the same.
      Thread.sleep(forTimeInterval: 0.05)
      shared.listener.end()
    }
    let isAccepted = try shared.listener.accept() != nil
    #expect(!isAccepted)
  }

  @Test("A sealed file in memory cannot be changed by whoever has it")
  func sealed() throws {
    let file = try MemoryFile.create()
    try file.write(Array("kept".utf8).span)
    try MemoryFile.seal(file)
    #expect(failure { () throws(FileError) in try file.write([0].span) }?.code == EPERM)
    #expect(failure { () throws(FileError) in try file.truncate(to: 0) }?.code == EPERM)
    let copy = try file.reopened()
    #expect(try copy.octets(99) == Array("kept".utf8))
  }
}

extension LocalListener {
  fileprivate func next() throws -> LocalEnd {
    guard let connection = try accept() else { throw CancellationError() }
    return LocalEnd(connection)
  }
}

/// One end of a connection.
private final class LocalEnd: Sendable {
  let value: LocalConnection

  init(_ value: consuming LocalConnection) { self.value = value }
}
