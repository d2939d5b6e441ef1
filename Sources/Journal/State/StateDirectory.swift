import Capture
import Files
import Foundation
import Logging
import NetworkBytes

/// The identity of a collector, independent of host name and mount point; stored in a file in its state directory.
package struct StateIdentity: Codable, Equatable, Sendable {
  /// Eight random hexadecimal digits. They name the directory, the ring, and the files written with it.
  package var id: String
  /// Host name at the last run; distinguishes collectors of several hosts that share a store.
  package var host: String
  /// The name used for directory and files before identities existed, until the first start since.
  package var formerHost: String?
  /// Directories that may hold datagrams received before an earlier run ended.
  var ringDirectories: [String] = []

  /// The keys used by earlier versions.
  private enum CodingKeys: String, CodingKey {
    case id, host, formerHost
    case ringDirectories = "ringFolders"
  }

  package static func isID(_ text: String) -> Bool {
    text.utf8.count == 8
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Returns a new id.
  static func newID() -> String {
    let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// The directory of a collector's journal and checkpoints, locked against other processes.
package final class StateDirectory: Sendable {
  package let path: String
  package let identity: StateIdentity
  /// Distinguishes the directory from copies with the same identity.
  private let inode: UInt64
  private let lock: StateLock

  init(_ path: String, _ identity: StateIdentity, _ lock: StateLock) throws(FileError) {
    self.path = path
    self.identity = identity
    self.lock = lock
    inode = try Directory.status(path).identity.inode
  }

  /// Call once store files named after the host have been processed.
  package func forgetFormerHost() throws {
    guard identity.formerHost != nil else { return }
    var known = identity
    known.formerHost = nil
    try Self.write(known, to: path)
  }

  /// Workers that have left state.
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

  /// Returns the places where a worker's datagrams may be buffered, best first: in memory that outlives the process,
  /// otherwise in the directory itself.
  func rings(of worker: Int) -> [String] {
    let name = Ring.name(identity.id, inode)
    let places =
      ([Ring.directory] + identity.ringDirectories.filter { $0 != Ring.directory }).map { "\($0)/\(name)-\(worker)" }
      + ["\(path)/ring-\(worker)"]
    // Existing ones come first: an earlier run may have left data in them.
    let found = places.filter(FileManager.default.fileExists)
    return found + [places[0], places[places.count - 1]].filter { !found.contains($0) }
  }

  // MARK: The identity's file

  /// - Returns: nil if there is none, or it is invalid.
  static func identity(in path: String, _ logger: Logger) throws -> StateIdentity? {
    let file = "\(path)/identity"
    guard try Directory.exists(file) else { return nil }
    let content = Data(try identityOctets(file))
    if let identity = try? JSONDecoder().decode(StateIdentity.self, from: content), StateIdentity.isID(identity.id) {
      return identity
    }
    logger.error("\(file) is damaged; writing a new one")
    return nil
  }

  /// - Returns: empty for what is no file, or too large for an identity; neither a pipe nor a device is waited for.
  private static func identityOctets(_ path: String) throws(FileError) -> [UInt8] {
    do throws(WholeFileFault) {
      return try WholeFile.content(of: path, atMost: 1 << 16)
    } catch {
      if case .file(let error) = error { throw error }
      return []
    }
  }

  private static func unfinished(in path: String) -> String { "\(path)/identity.new" }

  /// Removes the partial identity file of a run that was killed while writing it.
  static func removeUnfinished(in path: String) { try? Directory.remove(unfinished(in: path)) }

  /// Writes an identity durably.
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

/// Numbers in the names of state files.
enum StateFile {
  /// Parses a number in a collector's canonical form; returns nil for anything else, and for numbers so large that none
  /// could follow.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard let number = UInt64(text), "\(number)" == text, number <= JournalBuffer.greatestSegment else { return nil }
    return number
  }

  static func worker(_ text: some StringProtocol) -> Int? { number(text).flatMap { Int(exactly: $0) } }
}

/// Names of the ring files, in which datagrams are buffered.
enum Ring {
  /// A directory in memory.
  static var directory: String {
    let environment = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first
    return environment.map(String.init) ?? "/dev/shm"
  }

  static func name(_ id: String, _ inode: UInt64) -> String { "sagflow-\(id)-\(String(inode, radix: 16))-ring" }

  /// Ring name before identities existed: derived from the directory's path.
  static func formerName(_ path: String) -> String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return "sagflow-\(String(fnv1a(real.utf8), radix: 16))-ring"
  }

  /// Returns the existing rings of all workers, by path.
  static func left(_ identity: StateIdentity, _ inode: UInt64, _ path: String) -> [String] {
    let memory = Set([directory] + identity.ringDirectories).flatMap { find(name(identity.id, inode), in: $0) }
    return memory + find("ring", in: path)
  }

  static func find(_ name: String, in directory: String) -> [String] {
    // A directory that cannot be listed has no usable rings.
    ((try? Directory.names(in: directory)) ?? []).filter { file in
      file.hasPrefix("\(name)-") && StateFile.number(file.dropFirst(name.count + 1)) != nil
    }.map { "\(directory)/\($0)" }
  }
}
