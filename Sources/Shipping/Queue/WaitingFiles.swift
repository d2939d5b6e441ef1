import NetworkBytes

/// A store file not shipped yet.
struct WaitingFile: Hashable, Sendable {
  /// Start of its window.
  var window: UnixSeconds
  /// Relative to the store.
  var name: String
  var octets: UInt64
  /// When it was written.
  var written: UnixSeconds

  /// Returns whether it is shipped before another.
  func precedes(_ other: WaitingFile) -> Bool { (window, name) < (other.window, other.name) }
}

/// The queue of waiting files, oldest window first.
struct WaitingFiles: Sendable {
  /// In reverse order.
  private var files: [WaitingFile] = []
  private var names: Set<String> = []
  private(set) var octets: UInt64 = 0

  var count: Int { files.count }
  var first: WaitingFile? { files.last }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Adds files not yet in the queue.
  mutating func insert(_ new: [WaitingFile]) {
    let before = files.count
    for file in new where names.insert(file.name).inserted {
      files.append(file)
      octets += file.octets
    }
    // Cheap, because all but the end is sorted.
    if files.count > before { files.sort { $1.precedes($0) } }
  }

  /// Removes the oldest file that satisfies a condition.
  mutating func removeFirst(where condition: (WaitingFile) -> Bool = { _ in true }) -> WaitingFile? {
    guard let index = files.lastIndex(where: condition) else { return nil }
    let file = files.remove(at: index)
    names.remove(file.name)
    octets -= file.octets
    return file
  }

  /// Removes files not in `present`.
  ///
  /// - Returns: the removed files, oldest first.
  mutating func remove(allBut present: Set<String>) -> [WaitingFile] {
    let gone = files.filter { !present.contains($0.name) }
    if gone.isEmpty { return [] }
    files.removeAll { !present.contains($0.name) }
    names.subtract(gone.map(\.name))
    octets -= gone.reduce(0) { $0 + $1.octets }
    return gone.reversed()
  }
}
