package import Files
import Foundation
package import Logging

/// The root of collectors' state directories. Usually there is one, which belongs to this collector whatever the host
/// was called at the last run. Hosts that share a store have one each, identified by host name.
package struct StateRoot {
  private let root: String
  private let host: String
  private let logger: Logger

  /// Seconds to wait for a collector that is about to end.
  private static let maximumWait = 4

  package init(_ root: String, host: String, logger: Logger) {
    self.root = root
    self.host = host
    self.logger = logger
  }

  /// An existing directory.
  private struct Entry {
    let name: String
    let path: String
    /// Nil if it predates identities and is named after its host.
    var identity: StateIdentity?
    /// Whether it contains state.
    var isUsed = false
    /// Held by this process; nil if it belongs to another or cannot be locked.
    var lock: StateLock?
    /// Why it cannot be used.
    var failure: (any Error)?

    var host: String { identity?.host ?? name }
    var isRunning: Bool { if case .inUse? = failure as? StateError { true } else { false } }
  }

  // MARK: Choosing

  /// Opens the collector's own state, else the only one left by others, else a new one. Logs state that remains
  /// unused.
  package func open() throws -> StateDirectory {
    try Directory.createAll(root)
    let choice = try choosing()
    defer { withExtendedLifetime(choice) {} }
    let all = try entries()
    if let own = try own(all) {
      tell(of: all.filter { $0.path != own.path && !$0.isRunning && ($0.isUsed || $0.failure != nil) })
      return try take(own)
    }
    let left = all.filter { $0.isUsed || $0.failure != nil }
    if left.count == 1, let only = waitFor(left[0]) {
      logger.notice("resuming from the state of a collector on host \(only.host) in \(only.path)")
      return try take(only)
    }
    tell(of: left)
    return try take(all.first { !$0.isUsed && $0.lock != nil } ?? make())
  }

  /// Returns the journal files of all collectors under `root`, the most recently written last.
  package static func journals(in root: String) throws(FileError) -> [String] {
    var found: [(path: String, modified: Int64)] = []
    for directory in try Directory.names(in: root) {
      let path = "\(root)/\(directory)"
      guard (try? OpenFile(path, .directory)) != nil else { continue }
      for name in try Directory.names(in: path) where WorkerDirectory.isJournal(name) {
        let file = "\(path)/\(name)"
        if let status = try? OpenFile(file, .readingNoLink).status() { found.append((file, status.modified)) }
      }
    }
    return found.sorted { ($0.modified, $0.path) < ($1.modified, $1.path) }.map(\.path)
  }

  /// Opens the directories that a drain should process; none may be in use by another process.
  ///
  /// - Parameter all: whether to include those of other hosts.
  package func openLeft(all isAll: Bool) throws -> [StateDirectory] {
    guard try Directory.exists(root) else { return [] }
    let choice = try choosing()
    defer { withExtendedLifetime(choice) {} }
    let all = try entries()
    let own = try own(all)
    let others = all.filter { $0.path != own?.path && ($0.isUsed || $0.failure != nil) }
    var chosen = own.map { [$0] } ?? []
    if isAll {
      chosen += others.filter { $0.lock != nil }
      tell(of: others.filter { $0.lock == nil })
    } else if own == nil, others.count == 1 {
      guard let only = waitFor(others[0]) else { throw others[0].failure ?? StateError.inUse(others[0].path) }
      chosen = [only]
    } else if own == nil, !others.isEmpty {
      throw StateError.ambiguous(root)
    } else {
      tell(of: others.filter { !$0.isRunning })
    }
    return try chosen.map { try take($0, as: $0.host) }
  }

  /// Prevents concurrent choices.
  private func choosing() throws -> StateLock {
    for _ in 0..<(Self.maximumWait * 30) {
      do throws(StateError) {
        return try StateLock("\(root)/.lock", of: root)
      } catch {
        guard case .inUse = error else { throw error }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    return try StateLock("\(root)/.lock", of: root)
  }

  private func entries() throws -> [Entry] {
    try Retry.reading { () throws(FileError) in try Directory.list(root) }.sorted().compactMap { name in
      name.hasPrefix(".") ? nil : entry(name, "\(root)/\(name)")
    }
  }

  /// - Returns: nil if it is not a collector's directory.
  private func entry(_ name: String, _ path: String) -> Entry? {
    do {
      return try Retry.reading { () throws in try look(name, path) }
    } catch {
      return Entry(name: name, path: path, identity: try? StateDirectory.identity(in: path, logger), failure: error)
    }
  }

  private func look(_ name: String, _ path: String) throws -> Entry? {
    var entry = Entry(name: name, path: path)
    guard try Directory.status(path).kind == .directory else { return nil }
    let names = try Directory.list(path)
    let kinds = Set(names.map { $0.prefix { $0 != "-" && $0 != "." } })
    guard names.isEmpty || !kinds.isDisjoint(with: ["lock", "identity", "journal", "checkpoint", "ring"]) else {
      return nil
    }
    do throws(StateError) {
      entry.lock = try StateLock("\(path)/lock", of: path)
    } catch {
      guard case .inUse = error else { throw error }
      entry.failure = error
    }
    entry.identity = try StateDirectory.identity(in: path, logger)
    entry.isUsed = try !kinds.isDisjoint(with: ["journal", "checkpoint"]) || !rings(of: entry).isEmpty
    return entry
  }

  /// Returns the rings left by the entry's collector.
  private func rings(of entry: Entry) throws(FileError) -> [String] {
    guard let identity = entry.identity else {
      return Ring.find(Ring.formerName(entry.path), in: Ring.directory) + Ring.find("ring", in: entry.path)
    }
    return Ring.left(identity, try Directory.status(entry.path).identity.inode, entry.path)
  }

  /// Returns this host's own entry.
  ///
  /// - Throws: an error if it cannot be used.
  private func own(_ entries: [Entry]) throws -> Entry? {
    let own = entries.filter { $0.host == host }
    if let free = own.first(where: { $0.isUsed && $0.lock != nil }) ?? own.first(where: { $0.lock != nil }) {
      return free
    }
    if let failure = own.first?.failure { throw failure }
    return nil
  }

  /// Waits until the entry's collector has ended; returns nil if it does not end in time.
  private func waitFor(_ entry: Entry) -> Entry? {
    var entry = entry
    for _ in 0..<Self.maximumWait where entry.isRunning {
      Thread.sleep(forTimeInterval: 1)
      if let again = self.entry(entry.name, entry.path) { entry = again }
    }
    return entry.lock == nil ? nil : entry
  }

  /// Logs state that remains unused, and what to do.
  private func tell(of entries: [Entry]) {
    for entry in entries {
      let host = "a collector on host \(entry.host)"
      if entry.isRunning {
        logger.error(
          "\(entry.path): in use by \(host), so this collector starts with new state; if it replaces that one, stop it and run `sagflow drain --all`"
        )
      } else if let failure = entry.failure {
        logger.error(
          "\(entry.path): cannot resume from state left by \(host): \((failure as? StateError)?.description ?? failure.systemReason)"
        )
      } else {
        logger.error(
          "\(entry.path): state left by \(host) is not in use; restart that collector, or write its flows with `sagflow drain --all`"
        )
      }
    }
  }

  // MARK: Taking

  private func make() throws -> Entry {
    let id = try newID()
    let path = "\(root)/\(id)"
    try Directory.createAll(path)
    return Entry(name: id, path: path, lock: try StateLock("\(path)/lock", of: path))
  }

  private func newID() throws(FileError) -> String {
    while true {
      let id = StateIdentity.newID()
      if try !Directory.exists("\(root)/\(id)") { return id }
    }
  }

  /// Takes over a directory under its identity's name. A crash after any step is recovered by the next start.
  ///
  /// - Parameter host: the new owner; nil for this host.
  private func take(_ entry: Entry, as host: String? = nil) throws -> StateDirectory {
    guard let lock = entry.lock else { throw entry.failure ?? StateError.inUse(entry.path) }
    var identity = entry.identity ?? StateIdentity(id: entry.name, host: entry.host)
    if !StateIdentity.isID(entry.name), entry.identity == nil {
      identity.id = try newID()
      identity.formerHost = entry.name
    } else if entry.name != identity.id, try Directory.exists("\(root)/\(identity.id)") {
      // A copy of another directory that already has the name.
      identity.id = try newID()
    }
    identity.host = host ?? self.host
    identity.ringDirectories =
      [Ring.directory]
      + identity.ringDirectories.filter { $0 != Ring.directory && FileManager.default.fileExists(atPath: $0) }
    if identity == entry.identity {
      StateDirectory.removeUnfinished(in: entry.path)
    } else {
      try StateDirectory.write(identity, to: entry.path)
    }
    var path = entry.path
    if entry.name != identity.id {
      if identity.formerHost != nil { try renameRings(of: entry, identity) }
      path = "\(root)/\(identity.id)"
      try Directory.rename(entry.path, to: path)
    }
    try Directory.sync(root)
    return try StateDirectory(path, identity, lock)
  }

  /// Renames the rings of an earlier version's run to the identity's name.
  private func renameRings(of entry: Entry, _ identity: StateIdentity) throws(FileError) {
    let name = Ring.name(identity.id, try Directory.status(entry.path).identity.inode)
    for ring in Ring.find(Ring.formerName(entry.path), in: Ring.directory) {
      guard let worker = ring.split(separator: "-").last else { continue }
      try Directory.rename(ring, to: "\(Ring.directory)/\(name)-\(worker)")
    }
  }
}
