import Files
import Glibc
public import Parquet

/// The flow files under some paths.
public struct StoreFiles: Sendable {
  init() {}

  /// In the order of their names, which in a store is chronological; targets of links come last. None has been opened.
  public private(set) var files: [String] = []
  /// Directories, files and links that could not be read; their content is missing.
  public private(set) var failures: [ParquetReadError] = []
  /// Files and directories found again under another name or path, which count once.
  public private(set) var repeated = 0
  /// All directories and files found, independent of their names.
  private var seen: Set<FileIdentity> = []
  /// Links still to be followed.
  private var links: [String] = []

  private var count: Int { files.count + failures.count + repeated }

  /// Returns all committed files of a store or of a directory of it, or the files given. Links are followed.
  ///
  /// - Parameter mayBeEmpty: paths that need not contain any files.
  /// - Throws: `QueryError.noSuchPath`, or `noFiles` if there are none and no path may be empty.
  public static func find(_ paths: [String], mayBeEmpty: Set<String> = []) throws(QueryError) -> StoreFiles {
    var found = StoreFiles()
    for path in paths {
      let before = found.count
      guard found.add(path, isGiven: true, followsLinks: true) else { throw .noSuchPath(path) }
      while !found.links.isEmpty { found.add(found.links.removeFirst(), followsLinks: true) }
      if mayBeEmpty.contains(path) { continue }
      if found.count == before || found.files.isEmpty && found.failures.isEmpty { throw .noFiles(path) }
    }
    return found
  }

  /// Adds files published during the listing, unless already found.
  ///
  /// - Parameter paths: relative to `store`.
  mutating func add(published paths: [String], below store: String) {
    for path in paths.map({ "\(store)/\($0)" }) where !files.contains(path) { add(path) }
  }

  /// Adds what a path leads to.
  ///
  /// - Parameter isGiven: whether it was given explicitly, so that any name is accepted.
  /// - Returns: whether it exists.
  @discardableResult
  private mutating func add(_ path: String, isGiven: Bool = false, followsLinks: Bool = false) -> Bool {
    do throws(FileError) {
      let status = try Directory.status(path, followsLinks: followsLinks)
      let isFile = isGiven || path.hasSuffix(".parquet")
      switch status.kind {
      case .link: links.append(path)
      case .directory: if isNew(status.identity) { try addAll(in: path) }
      case .file where isFile: if isNew(status.identity) { files.append(path) }
      case .file: if Self.isDirectoryName(path) { fail(path, .system(errno: ENOTDIR)) }
      // A pipe would block.
      case .other: if isFile { fail(path, .notParquet) }
      }
    } catch {
      let code = error.code
      // Retention may remove files and directories meanwhile; a dangling link still exists.
      if code == ENOENT || code == ENOTDIR, (try? Directory.status(path, followsLinks: false)) == nil { return false }
      fail(path, code == ENOENT ? .danglingLink : .system(errno: code))
    }
    return true
  }

  /// Skips hidden names: files being written, or not flow files.
  private mutating func addAll(in directory: String) throws(FileError) {
    for name in try Directory.list(directory).sorted() where !name.hasPrefix(".") { add("\(directory)/\(name)") }
  }

  private mutating func isNew(_ node: FileIdentity) -> Bool {
    let isNew = seen.insert(node).inserted
    if !isNew { repeated += 1 }
    return isNew
  }

  private mutating func fail(_ path: String, _ reason: ParquetReadError.Reason) {
    failures.append(ParquetReadError(path, reason))
  }

  /// Returns whether a path ends like a store's directory.
  private static func isDirectoryName(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("date=") || name.hasPrefix("hour=")
  }
}
