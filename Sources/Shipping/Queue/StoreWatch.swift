import Files
import FlowStore
import NetworkBytes

/// Finds what an output has to ship: by what the store's writers say they have published, and by a listing of the store at first and every few
/// minutes, which also shows what retention has removed.
struct StoreWatch: Sendable {
  let files: OwnFiles
  let published: [PublishedFiles]
  /// How many files each of `published` had, when they were looked at last; nil: never.
  private var counts: [Int]?
  private var looksSinceListing = 0

  /// Looks that are left out, because the store could not be listed.
  private var pause = 0

  /// Looks, of which there is one a second, until the next listing.
  private static let listingInterval = 300
  /// The same after one that failed.
  private static let failureInterval = 60

  var hasLooked: Bool { counts != nil }

  struct Found: Sendable {
    var new: [WaitingFile] = []
    /// Of a listing: the names of all files.
    var all: Set<String>?
    /// Among the new: names of files that were taken when they had other octets.
    var changed: [String] = []
  }

  init(_ files: OwnFiles, _ published: [PublishedFiles]) {
    self.files = files
    self.published = published
  }

  /// Whether a look is left out.
  mutating func isPausing() -> Bool {
    pause = max(0, pause - 1)
    return pause > 0
  }

  /// Leaves looks out for a minute.
  mutating func noteFailure() { pause = Self.failureInterval }

  /// Looks for files that neither the cursor nor `isKnown` has.
  mutating func look(_ cursor: Cursor, isKnown: (String) -> Bool) throws(FileError) -> Found {
    // Before the listing: what is published meanwhile is found by the next look.
    let now = published.map(\.count)
    var found = Found()
    if let counts, looksSinceListing < Self.listingInterval, let paths = paths(since: counts) {
      looksSinceListing += 1
      for name in Set(paths.compactMap(files.name)) where !isKnown(name) {
        guard let file = Self.file(name, files) else { continue }
        if cursor.has(name) {
          if cursor.octets(name) ?? file.octets == file.octets { continue }
          found.changed.append(name)
        }
        found.new.append(file)
      }
    } else {
      let all = Set(try files.names())
      found.new = all.filter { !cursor.has($0) && !isKnown($0) }.compactMap { Self.file($0, files) }
      found.all = all
      looksSinceListing = 0
    }
    counts = now
    return found
  }

  /// - Returns: nil if there were too many for their writer to remember.
  private func paths(since counts: [Int]) -> [String]? {
    var paths: [String] = []
    for (files, count) in zip(published, counts) {
      guard let new = files.since(count) else { return nil }
      paths += new
    }
    return paths
  }

  /// - Returns: nil if it is gone.
  static func file(_ name: String, _ files: OwnFiles) -> WaitingFile? {
    do throws(FileError) {
      let status = try Directory.status(files.path(name), followsLinks: false)
      guard status.kind == .file, let window = OwnFiles.window(of: name) else { return nil }
      return WaitingFile(window: window, name: name, octets: UInt64(clamping: status.size), written: status.modified)
    } catch {
      return nil
    }
  }
}
