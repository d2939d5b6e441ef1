import Files
import Glibc
public import Parquet

/// The flow files under some paths.
public struct StoreFiles: Sendable {
  init() {}

  /// In the order of their names, which in a store is that of time; what links lead to is last. Nothing was opened.
  public private(set) var files: [String] = []
  /// Directories, files and links that cannot be looked at: what they hold is missing.
  public private(set) var failures: [ParquetReadError] = []
  /// Files and directories that were met again under another name or path; they count once.
  public private(set) var repeated = 0
  /// All directories and files so far, whatever they were called.
  private var seen: Set<FileIdentity> = []
  /// Links that are still to be followed.
  private var links: [String] = []

  private var count: Int { files.count + failures.count + repeated }

  /// All committed files of a store, of a directory of it, or the files named themselves. Links are followed.
  ///
  /// - Parameter mayBeEmpty: those of the paths where there need not be any.
  /// - Throws: `QueryError.noSuchPath`, or `noFiles` if there are none and nothing that could have any.
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

  /// Adds files that were published while the store was listed, unless they were met.
  ///
  /// - Parameter paths: below the directory `store`.
  mutating func add(published paths: [String], below store: String) {
    for path in paths.map({ "\(store)/\($0)" }) where !files.contains(path) { add(path) }
  }

  /// Adds what a path leads to.
  ///
  /// - Parameter isGiven: whether it was asked for, whatever it is called.
  /// - Returns: whether there is something.
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
      // A pipe would be waited for.
      case .other: if isFile { fail(path, .notParquet) }
      }
    } catch {
      let code = error.code
      // Retention removes files and directories meanwhile; a link to nowhere is still there.
      if code == ENOENT || code == ENOTDIR, (try? Directory.status(path, followsLinks: false)) == nil { return false }
      fail(path, code == ENOENT ? .danglingLink : .system(errno: code))
    }
    return true
  }

  /// What is hidden is being written, or is no flow file.
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

  /// Whether a path ends as those of a store's directories do.
  private static func isDirectoryName(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("date=") || name.hasPrefix("hour=")
  }
}
