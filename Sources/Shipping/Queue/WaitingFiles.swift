import NetworkBytes

/// A file of the store that an output has not shipped yet.
struct WaitingFile: Hashable, Sendable {
  /// Start of its window.
  var window: UnixSeconds
  /// Below the store's directory.
  var name: String
  var octets: UInt64
  /// When it was written.
  var written: UnixSeconds

  /// Whether it is shipped before another one.
  func precedes(_ other: WaitingFile) -> Bool { (window, name) < (other.window, other.name) }
}

/// The files that wait, of which the one of the oldest window comes first.
struct WaitingFiles: Sendable {
  /// The next one last.
  private var files: [WaitingFile] = []
  private var names: Set<String> = []
  private(set) var octets: UInt64 = 0

  var count: Int { files.count }
  var first: WaitingFile? { files.last }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Adds those that do not wait already.
  mutating func insert(_ new: [WaitingFile]) {
    let before = files.count
    for file in new where names.insert(file.name).inserted {
      files.append(file)
      octets += file.octets
    }
    // Sorting what is sorted but for its end costs little.
    if files.count > before { files.sort { $1.precedes($0) } }
  }

  /// Removes the oldest file for which something holds.
  mutating func removeFirst(where condition: (WaitingFile) -> Bool = { _ in true }) -> WaitingFile? {
    guard let index = files.lastIndex(where: condition) else { return nil }
    let file = files.remove(at: index)
    names.remove(file.name)
    octets -= file.octets
    return file
  }

  /// Removes files that are not among `names`.
  ///
  /// - Returns: those, the oldest first.
  mutating func remove(allBut present: Set<String>) -> [WaitingFile] {
    let gone = files.filter { !present.contains($0.name) }
    if gone.isEmpty { return [] }
    files.removeAll { !present.contains($0.name) }
    names.subtract(gone.map(\.name))
    octets -= gone.reduce(0) { $0 + $1.octets }
    return gone.reversed()
  }
}
