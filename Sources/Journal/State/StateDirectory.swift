import Capture
import Files
import Foundation
import Logging
import NetworkBytes

/// Who a collector is, whatever its host is called and wherever its store is mounted; told by a file in its state's directory.
package struct StateIdentity: Codable, Equatable, Sendable {
  /// Eight hexadecimal digits, drawn once. They name the directory, the ring, and the files that are written with it.
  package var id: String
  /// What the host was called at the last run: tells collectors of several hosts that share a store from each other.
  package var host: String
  /// What directory and files were named after before there were identities, until the first start since.
  package var formerHost: String?
  /// Directories that have, or may have, what was being received when an earlier run ended.
  var ringDirectories: [String] = []

  /// As files of earlier versions have them.
  private enum CodingKeys: String, CodingKey {
    case id, host, formerHost
    case ringDirectories = "ringFolders"
  }

  package static func isID(_ text: String) -> Bool {
    text.utf8.count == 8
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// One that nobody has.
  static func newID() -> String {
    let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// What a collector goes on from, and no other process has meanwhile: the directory of its journal and checkpoints.
package final class StateDirectory: Sendable {
  package let path: String
  package let identity: StateIdentity
  /// Tells the directory from copies of it, which have the same identity.
  private let inode: UInt64
  private let lock: StateLock

  init(_ path: String, _ identity: StateIdentity, _ lock: StateLock) throws(FileError) {
    self.path = path
    self.identity = identity
    self.lock = lock
    inode = try Directory.status(path).identity.inode
  }

  /// Files of the store that are named after a host alone have been looked after.
  package func forgetFormerHost() throws {
    guard identity.formerHost != nil else { return }
    var known = identity
    known.formerHost = nil
    try Self.write(known, to: path)
  }

  /// The workers that have left something.
  package var workers: Set<Int> {
    get throws(FileError) {
      var workers: Set<Int> = []
      for name in try Retry.reading({ () throws(FileError) in try Directory.list(path) }) {
        let parts = name.prefix { $0 != "." }.split(separator: "-")
        if parts.count == 3, ["journal", "checkpoint"].contains(parts[0]), let worker = StateFile.worker(parts[1]) {
          workers.insert(worker)
        }
      }
      for ring in Ring.left(identity, inode, path) {
        if let worker = ring.split(separator: "-").last.flatMap(StateFile.worker) { workers.insert(worker) }
      }
      return workers
    }
  }

  /// Where a worker's datagrams may be received into, what is best first: in memory that outlives the process; else in the
  /// directory itself.
  func rings(of worker: Int) -> [String] {
    let name = Ring.name(identity.id, inode)
    let places =
      ([Ring.directory] + identity.ringDirectories.filter { $0 != Ring.directory }).map { "\($0)/\(name)-\(worker)" }
      + ["\(path)/ring-\(worker)"]
    // One that is there comes first: an earlier run may have left something in it.
    let found = places.filter(FileManager.default.fileExists)
    return found + [places[0], places[places.count - 1]].filter { !found.contains($0) }
  }

  // MARK: The identity's file

  /// - Returns: nil if there is none, or one that cannot be understood.
  static func identity(in path: String, _ logger: Logger) throws -> StateIdentity? {
    let file = "\(path)/identity"
    guard try Directory.exists(file) else { return nil }
    let content = try Data(contentsOf: URL(fileURLWithPath: file))
    if let identity = try? JSONDecoder().decode(StateIdentity.self, from: content), StateIdentity.isID(identity.id) {
      return identity
    }
    logger.error("\(file) is damaged; writing a new one")
    return nil
  }

  private static func unfinished(in path: String) -> String { "\(path)/identity.new" }

  /// Removes what a run has left that was killed while it wrote an identity.
  static func removeUnfinished(in path: String) { try? Directory.remove(unfinished(in: path)) }

  /// Makes an identity durable.
  static func write(_ identity: StateIdentity, to path: String) throws {
    let aside = unfinished(in: path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      let file = try OpenFile.replacing(aside, 0o640)
      try file.write(Array(encoder.encode(identity)).span)
      try file.sync()
      try file.close()
    } catch {
      throw StateError.system("write", path: aside, errno: error.systemCode)
    }
    try Directory.rename(aside, to: "\(path)/identity")
    try Directory.sync(path)
  }
}

/// Numbers in the names of a state's files.
enum StateFile {
  /// A number as a collector writes it; nil: it is none, or so great that none comes behind it.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard let number = UInt64(text), "\(number)" == text, number <= JournalBuffer.greatestSegment else { return nil }
    return number
  }

  static func worker(_ text: some StringProtocol) -> Int? { number(text).flatMap { Int(exactly: $0) } }
}

/// Names of the files that datagrams are received into.
enum Ring {
  /// A directory in memory.
  static var directory: String {
    let environment = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first
    return environment.map(String.init) ?? "/dev/shm"
  }

  static func name(_ id: String, _ inode: UInt64) -> String { "sagflow-\(id)-\(String(inode, radix: 16))-ring" }

  /// How rings were named before there were identities: after the directory's path.
  static func formerName(_ path: String) -> String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return "sagflow-\(String(fnv1a(real.utf8), radix: 16))-ring"
  }

  /// Rings of all workers, by their path.
  static func left(_ identity: StateIdentity, _ inode: UInt64, _ path: String) -> [String] {
    let memory = Set([directory] + identity.ringDirectories).flatMap { find(name(identity.id, inode), in: $0) }
    return memory + find("ring", in: path)
  }

  static func find(_ name: String, in directory: String) -> [String] {
    // One that cannot be looked at has none that could be used.
    ((try? Directory.names(in: directory)) ?? []).filter { file in
      file.hasPrefix("\(name)-") && StateFile.number(file.dropFirst(name.count + 1)) != nil
    }.map { "\(directory)/\($0)" }
  }
}
