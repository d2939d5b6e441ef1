import Files
import Foundation
import Journal
import Logging
import TestSupport
import Testing

@Suite("State belongs to the store, whatever the host is called")
final class StateRootTests {
  private let folder: TemporaryFolder
  private let log = LogLines()

  init() throws { folder = try TemporaryFolder() }

  private var root: String { "\(folder.path)/.journal" }

  private func directory(_ host: String) -> StateRoot {
    StateRoot(root, host: host, logger: Logger(label: "test") { _ in log })
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Simulates a run of that host that leaves state.
  @discardableResult
  private func leave(_ host: String) throws -> String {
    let state = try directory(host).open()
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(state.path)/checkpoint-0-1"))
    return state.identity.id
  }

  /// Leaves state like versions that named folders after hosts.
  private func leaveAsBefore(_ host: String, _ files: String...) throws {
    try FileManager.default.createDirectory(atPath: "\(root)/\(host)", withIntermediateDirectories: true)
    for file in files + ["lock"] { try Data("x".utf8).write(to: URL(fileURLWithPath: "\(root)/\(host)/\(file)")) }
  }

  @Test("an identity is made once, and names the folder from then on")
  func same() throws {
    let id = try leave("aaa")
    #expect(StateIdentity.isID(id))
    #expect(names == [id])
    let again = try directory("aaa").open()
    #expect(again.identity.id == id)
    #expect(again.path == "\(root)/\(id)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: again.path).sorted() == [
        "checkpoint-0-1", "identity", "lock",
      ])
    #expect(log.texts(.error) == [])
    #expect(log.texts(.notice) == [])
  }

  @Test("nobody else has it meanwhile")
  func locked() throws {
    let first = try directory("aaa").open()
    #expect(throws: StateError.inUse(first.path)) { try directory("aaa").open() }
    #expect(throws: StateError.inUse(first.path)) { try directory("aaa").openLeft(all: false) }
    withExtendedLifetime(first) {}
  }

  @Test("under another host name it is gone on with, by a start and by a drain, and back")
  func renamed() throws {
    let id = try leave("aaa")
    let second = try directory("bbb").open().identity
    #expect(second.id == id)
    #expect(second.host == "bbb")
    #expect(names == [id])
    #expect(log.texts(.notice) == ["resuming from the state of a collector on host aaa in \(root)/\(id)"])
    #expect(try directory("ccc").openLeft(all: false).map(\.identity.id) == [id])
    #expect(try directory("aaa").open().identity.id == id)
    #expect(log.texts(.error) == [])
  }

  @Test("a folder that is named after a host is taken over, its own or another's", arguments: ["aaa", "bbb"])
  func former(host: String) throws {
    try leaveAsBefore("aaa", "journal-0-1.pcap")
    let state = try directory(host).open()
    #expect(state.identity.host == host)
    #expect(state.identity.formerHost == "aaa")
    #expect(names == [state.identity.id])
    #expect(FileManager.default.fileExists(atPath: "\(state.path)/journal-0-1.pcap"))
    #expect(try state.workers == [0])
    try state.forgetFormerHost()
    withExtendedLifetime(state) {}
    #expect(log.texts(.error) == [])
  }

  @Test("a run that was killed while it took a folder over is gone on with")
  func halfTaken() throws {
    try leaveAsBefore("aaa", "checkpoint-1-5", "identity.new")
    let identity = #"{"formerHost": "aaa", "host": "bbb", "id": "0a1b2c3d", "ringFolders": []}"#
    try Data(identity.utf8).write(to: URL(fileURLWithPath: "\(root)/aaa/identity"))
    let state = try directory("bbb").open()
    #expect(names == ["0a1b2c3d"])
    #expect(state.identity.formerHost == "aaa")
    #expect(try state.workers == [1])
    #expect(!FileManager.default.fileExists(atPath: "\(state.path)/identity.new"))
  }

  @Test("where several are left, none is gone on with: each is named, and a drain of all writes them")
  func several() throws {
    let first = try leave("aaa")
    try leaveAsBefore("bbb", "checkpoint-0-7")
    #expect(throws: StateError.ambiguous(root)) { try directory("ccc").openLeft(all: false) }
    let own = try directory("ccc").open()
    #expect(own.identity.id != first)
    #expect(names.count == 3)
    let errors = log.texts(.error)
    #expect(errors.count == 2)
    for (name, host) in [(first, "aaa"), ("bbb", "bbb")] {
      #expect(
        errors.contains {
          $0.contains("\(root)/\(name): state left by a collector on host \(host) is not in use")
            && $0.contains("drain --all")
        }, "\(errors)")
    }
    // The state of the running collector is not touched.
    let left = try directory("ddd").openLeft(all: true)
    #expect(left.map(\.identity.host).sorted() == ["aaa", "bbb"])
    withExtendedLifetime((own, left)) {}
  }

  @Test("one that another host's collector has is not taken, and that is said")
  func running() throws {
    func bothRun() throws -> [String] {
      let (first, second) = (try directory("aaa").open(), try directory("bbb").open())
      return withExtendedLifetime((first, second)) { [first.path, second.path] }
    }
    let paths = try bothRun()
    #expect(Set(paths).count == 2)
    #expect(log.texts(.error).count == 1)
    #expect(log.texts(.error).first?.contains("\(paths[0]): in use by a collector on host aaa") == true)
    // From then on each has its own.
    #expect(try bothRun() == paths)
    #expect(log.texts(.error).count == 1)
  }

  @Test("folders with nothing in them are no obstacle, and are used again")
  func empty() throws {
    try leaveAsBefore("old")
    let id = try leave("aaa")
    try FileManager.default.createDirectory(atPath: "\(root)/0123abcd", withIntermediateDirectories: true)
    #expect(try directory("bbb").open().identity.id == id)
    try FileManager.default.removeItem(atPath: "\(root)/\(id)")
    #expect(try directory("ccc").open().identity.id == "0123abcd")
    #expect(names == ["0123abcd"])
    #expect(log.texts(.error) == [])
  }

  @Test("a copy of a folder gets an identity of its own")
  func copied() throws {
    let id = try leave("aaa")
    try FileManager.default.copyItem(atPath: "\(root)/\(id)", toPath: "\(root)/copy")
    let both = try directory("bbb").openLeft(all: true)
    #expect(Set(both.map(\.identity.id)).count == 2)
    #expect(both.map(\.identity.id).contains(id))
    #expect(Set(both.map(\.path)).count == 2)
  }

  @Test("an identity that cannot be understood is written anew, and what is beside it is kept")
  func damaged() throws {
    let id = try leave("aaa")
    try Data("{".utf8).write(to: URL(fileURLWithPath: "\(root)/\(id)/identity"))
    let state = try directory("aaa").open()
    #expect(state.identity.id == id)
    #expect(try state.workers == [0])
    #expect(names == [id])
    #expect(log.texts(.error).contains { $0.contains("identity is damaged") })
  }

  @Test("what is no identity, a pipe or a very large file, is replaced, and a folder reported; none is waited for")
  func foreignIdentity() throws {
    let id = try leave("aaa")
    let path = "\(root)/\(id)/identity"
    try FileManager.default.removeItem(atPath: path)
    #expect(unsafe mkfifo(path, 0o600) == 0)
    #expect(try directory("aaa").open().identity.id == id)
    try Data(repeating: 0x20, count: 1 << 20).write(to: URL(fileURLWithPath: path))
    #expect(try directory("aaa").open().identity.id == id)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: (any Error).self) { try directory("aaa").open() }
  }

  @Test("a link in place of a lock is refused, one in place of a new identity replaced; what it leads to is left alone")
  func plantedLinks() throws {
    let victim = try folder.write("kept", as: "victim")
    try leaveAsBefore("aaa", "checkpoint-0-1")
    try FileManager.default.createSymbolicLink(atPath: "\(root)/aaa/identity.new", withDestinationPath: victim)
    let state = try directory("aaa").open()
    #expect(state.identity.host == "aaa")
    #expect(try String(contentsOfFile: "\(state.path)/identity", encoding: .utf8).contains(state.identity.id))
    #expect(try Directory.status("\(state.path)/identity").permissions & 0o037 == 0)
    let other = folder.file("other")
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(other)/.lock", withDestinationPath: victim)
    #expect(throws: StateError.system("open", path: "\(other)/.lock", errno: ELOOP)) {
      try StateRoot(other, host: "aaa", logger: Logger(label: "test") { _ in log }).open()
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "kept")
  }
}
