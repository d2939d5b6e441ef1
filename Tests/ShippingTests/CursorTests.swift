import Files
import Foundation
import Glibc
import NetworkBytes
import Shipping
import TestSupport
import Testing

@Suite("A cursor keeps which files were taken", .ownThread)
struct CursorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let seed = runSeed("CURSOR_TESTS_SEED")

  private func path(_ name: String = "lake") -> String { Cursor.path(in: folder.path, output: name) }

  private func make(_ names: [String], outcome: (Int) -> Cursor.Outcome = { _ in .taken }) throws -> Cursor {
    try Cursor.create(path(), output: "lake")
    let cursor = try Cursor(path(), output: "lake")
    for (index, name) in names.enumerated() { try cursor.note(name, octets: UInt64(1000 + index), outcome(index)) }
    return cursor
  }

  private func octets() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path()))) }

  private func open(_ octets: [UInt8], _ name: String) throws -> Cursor {
    _ = try folder.write(octets, as: "outputs/\(name).cursor")
    return try Cursor(path(name), output: name)
  }

  @Test("what was noted is there after the next start, with its octets")
  func reopening() throws {
    let names = (0..<4).map { TestStore.name($0) }
    _ = try make(names) { $0 == 2 ? .setAside : .taken }
    let cursor = try Cursor(path(), output: "lake")
    #expect(cursor.damagedLines.isEmpty)
    #expect(names.allSatisfy(cursor.has))
    #expect(names.map(cursor.octets) == [1000, 1001, 1002, 1003])
    #expect(!cursor.has(TestStore.name(4)))
    #expect(cursor.counts == (taken: 3, setAside: 1, passed: 0))
  }

  @Test("links in its place are not followed: what they lead to is left alone")
  func links() throws {
    let victim = try folder.write("kept", as: "victim")
    try FileManager.default.createDirectory(atPath: folder.file("outputs"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path() + ".new", withDestinationPath: victim)
    try Cursor.create(path(), output: "lake")
    let cursor = try Cursor(path(), output: "lake")
    #expect(cursor.counts == (taken: 0, setAside: 0, passed: 0))
    try FileManager.default.createSymbolicLink(atPath: path("other"), withDestinationPath: path())
    #expect(throws: CursorError.self) { _ = try Cursor(path("other"), output: "other") }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "kept")
  }

  @Test("files that were there before the output are passed over, and have no octets")
  func passing() throws {
    let names = (0..<3).map { TestStore.name($0) }
    try Cursor.create(path(), output: "lake", passing: names)
    let cursor = try Cursor(path(), output: "lake")
    #expect(names.allSatisfy { cursor.has($0) && cursor.octets($0) == nil })
    #expect(cursor.counts == (taken: 0, setAside: 0, passed: 3))
  }

  @Test("cut off anywhere, it has all whole lines before, and goes on", .tags(.slow), .unlessFast)
  func cuts() throws {
    let names = (0..<4).map { TestStore.name($0) }
    _ = try make(names)
    let whole = try octets()
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    #expect(ends.count == 5)
    for size in 0..<whole.count {
      let cursor = try open(Array(whole.prefix(size)), "cut")
      let kept = ends.count { $0 <= size } - 1
      for (index, name) in names.enumerated() { #expect(cursor.has(name) == (index < kept), "cut to \(size)") }
      #expect(cursor.damagedLines == (kept < 0 ? [1] : []), "cut to \(size)")
      try cursor.note("another", octets: 7, .taken)
      let again = try Cursor(path("cut"), output: "cut")
      #expect(again.damagedLines.isEmpty && again.octets("another") == 7, "cut to \(size)")
      #expect(names.count(where: again.has) == max(kept, 0), "cut to \(size)")
    }
  }

  @Test("an octet that is wrong costs the lines it is in, is reported, and is mended", .tags(.slow), .unlessFast)
  func damage() throws {
    let names = (0..<4).map { TestStore.name($0) }
    _ = try make(names)
    let whole = try octets()
    var random = SeededGenerator(seed: Self.seed)
    for place in whole.indices {
      var octets = whole
      octets[place] ^= 1 << UInt8(random.below(8))
      let comment: Comment = "octet \(place), seed \(Self.seed)"
      let cursor = try open(octets, "damaged")
      // A damaged line end also affects the next line.
      let line = whole[..<place].count { $0 == UInt8(ascii: "\n") }
      let isEnd = whole[place] == UInt8(ascii: "\n")
      for (index, name) in names.enumerated() {
        let isHit = index + 1 == line || isEnd && index == line
        #expect(cursor.octets(name) == (isHit ? nil : UInt64(1000 + index)), comment)
      }
      #expect(cursor.damagedLines.isEmpty == (place == whole.count - 1), comment)
      #expect(try Cursor(path("damaged"), output: "damaged").damagedLines.isEmpty, comment)
    }
  }

  @Test("most of its lines being of files that are gone, it is written anew, and only then")
  func forgetting() throws {
    let names = (0..<400).map { TestStore.name($0) }
    let cursor = try make(names)
    let size = try octets().count
    #expect(try !cursor.forget(allBut: Set(names.dropFirst(100))))
    #expect(try !cursor.forget(allBut: []), "the store may be away")
    #expect(try octets().count == size)
    let kept = Set(names.dropFirst(300))
    #expect(try cursor.forget(allBut: kept))
    #expect(try octets().count < size / 3)
    try cursor.note("another", octets: 7, .taken)
    let again = try Cursor(path(), output: "lake")
    #expect(names.allSatisfy { again.has($0) == kept.contains($0) })
    #expect(again.octets("another") == 7)
  }

  @Test(
    "where its new name cannot be made durable, it goes on in the file of that name, once it can",
    .enabled(if: geteuid() != 0, "root may sync any directory"))
  func doubtfulName() throws {
    let names = (0..<400).map { TestStore.name($0) }
    let cursor = try make(names)
    func permit(_ permissions: Int) throws {
      try FileManager.default.setAttributes(
        [.posixPermissions: permissions], ofItemAtPath: folder.file("outputs"))
    }
    try permit(0o300)
    #expect(throws: FileError.self) { try cursor.forget(allBut: Set(names.suffix(10))) }
    #expect(throws: FileError.self) { try cursor.note("another", octets: 7, .taken) }
    try permit(0o755)
    try cursor.note("another", octets: 7, .taken)
    let again = try Cursor(path(), output: "lake")
    #expect(names.count(where: again.has) == 10)
    #expect(again.octets("another") == 7)
  }

  @Test(
    "what root makes belongs to the owner of the state's directory, also when it is written anew",
    .enabled(if: geteuid() == 0, "only root may give files away"))
  func ownership() throws {
    try FileManager.default.setAttributes([.ownerAccountID: 1234], ofItemAtPath: folder.path)
    func owners() throws -> [Int?] {
      try ["outputs", "outputs/lake.cursor"].map {
        try FileManager.default.attributesOfItem(atPath: folder.file($0))[.ownerAccountID] as? Int
      }
    }
    let names = (0..<4).map { TestStore.name($0) }
    let cursor = try make(names) { _ in .setAside }
    #expect(try owners() == [1234, 1234])
    try cursor.forgetSetAside()
    #expect(try owners() == [1234, 1234])
  }

  @Test("files that were set aside can be forgotten alone")
  func settingAside() throws {
    let names = (0..<4).map { TestStore.name($0) }
    try make(names) { $0.isMultiple(of: 2) ? .setAside : .taken }.forgetSetAside()
    let cursor = try Cursor(path(), output: "lake")
    #expect(names.map(cursor.has) == [false, true, false, true])
  }

  @Test("a newer version's is refused, not taken for an empty one")
  func newer() throws {
    let line = "cursor 2 lake"
    let digits = String(fnv1a(line.utf8), radix: 16)
    let text = "\(line) \(String(repeating: "0", count: 16 - digits.count))\(digits)\n"
    try Cursor.create(path(), output: "lake")
    _ = try folder.write(text, as: "outputs/lake.cursor")
    #expect(throws: CursorError.newer(path())) { try Cursor(path(), output: "lake") }
  }
}
