import Files
import FlowStore
import NetworkBytes

/// Finds files to ship: from the store writers' announcements, and from a listing of the store at startup and every few
/// minutes, which also shows what retention has removed.
struct StoreWatch: Sendable {
  let files: OwnFiles
  let published: [PublishedFiles]
  /// Number of files in each of `published` at the last scan; nil before the first.
  private var counts: [Int]?
  private var looksSinceListing = 0

  /// Scans to skip after a failed listing.
  private var pause = 0

  /// Scans (one per second) between listings.
  private static let listingInterval = 300
  /// The same after a failure.
  private static let failureInterval = 60

  var hasLooked: Bool { counts != nil }

  struct Found: Sendable {
    var new: [WaitingFile] = []
    /// Names of all files, if there was a listing.
    var all: Set<String>?
    /// Names of new files that were shipped earlier with a different size.
    var changed: [String] = []
  }

  init(_ files: OwnFiles, _ published: [PublishedFiles]) {
    self.files = files
    self.published = published
  }

  /// Returns whether to skip a scan.
  mutating func isPausing() -> Bool {
    pause = max(0, pause - 1)
    return pause > 0
  }

  /// Skips scans for a minute.
  mutating func noteFailure() { pause = Self.failureInterval }

  /// Finds files known neither to the cursor nor to `isKnown`.
  mutating func look(_ cursor: Cursor, isKnown: (String) -> Bool) throws(FileError) -> Found {
    // Counted before the listing: files published meanwhile are found by the next scan.
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

  /// - Returns: nil if there were more than the writer remembers.
  private func paths(since counts: [Int]) -> [String]? {
    var paths: [String] = []
    for (files, count) in zip(published, counts) {
      guard let new = files.since(count) else { return nil }
      paths += new
    }
    return paths
  }

  /// - Returns: nil if it no longer exists.
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
