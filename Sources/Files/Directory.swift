import Glibc
import SystemPackage

/// Operations on directories, and on files by path.
///
/// Sound: the calls only read the strings, which are zero-terminated and borrowed for the call.
package enum Directory {
  /// Creates a directory if it does not exist.
  package static func create(_ path: String) throws(FileError) {
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError(.createDirectory, path: path, code: errno) }
  }

  /// Creates a directory and its parents.
  package static func createAll(_ path: String) throws(FileError) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      try create(String(path[..<slash]))
      end = slash
    }
    try create(path)
  }

  /// Renames a file or directory, replacing any existing file.
  ///
  /// - Parameter operation: the operation named in an error.
  package static func rename(
    _ old: String, to new: String, for operation: FileError.Operation = .renameTo
  ) throws(FileError) {
    if unsafe Glibc.rename(old, new) != 0 { throw FileError(operation, path: new, code: errno) }
  }

  /// Creates a symbolic link to `target`, replacing any existing file or link.
  package static func link(_ path: String, to target: String) throws(FileError) {
    let aside = "\(path).new"
    try remove(aside)
    if unsafe symlink(target, aside) != 0 { throw FileError(.link, path: path, code: errno) }
    do throws(FileError) { try rename(aside, to: path, for: .link) } catch {
      try? remove(aside)
      throw error
    }
  }

  package static func remove(_ path: String) throws(FileError) {
    if unsafe unlink(path) != 0, errno != ENOENT { throw FileError(.remove, path: path, code: errno) }
  }

  /// Removes a directory if it is empty.
  package static func removeIfEmpty(_ path: String) {
    _ = unsafe rmdir(path)
  }

  package static func exists(_ path: String) throws(FileError) -> Bool {
    if unsafe access(path, F_OK) == 0 { return true }
    if errno != ENOENT, errno != ENOTDIR { throw FileError(.lookFor, path: path, code: errno) }
    return false
  }

  /// Syncs a directory, which makes its entries durable.
  package static func sync(_ path: String) throws(FileError) {
    let directory = try OpenFile(path, .directory, for: .openDirectory)
    do throws(FileError) { try directory.sync() } catch {
      throw FileError(.syncDirectory, path: path, code: error.code)
    }
  }

  /// Throws if files cannot be created in a directory.
  package static func checkWritable(_ path: String) throws(FileError) {
    // The dot distinguishes a directory from a file.
    if unsafe access("\(path)/.", W_OK | X_OK) != 0 { throw FileError(.writeInto, path: path, code: errno) }
  }

  /// Returns the names in a directory, without `.` and `..`, in no order; empty if the directory does not exist.
  package static func names(in path: String) throws(FileError) -> [String] {
    do throws(FileError) {
      return try list(path)
    } catch {
      if error.isMissing || error.code == ENOTDIR { return [] }
      throw error
    }
  }

  /// Returns the names in an existing directory, without `.` and `..`, in no order.
  package static func list(_ path: String) throws(FileError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw FileError(.readDirectory, path: path, code: errno) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(directory) else {
        if errno != 0 { throw FileError(.readDirectory, path: path, code: errno) }
        return names
      }
      // Sound: d_name is a zero-terminated string within the entry that readdir just filled.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Returns the status of a file.
  ///
  /// - Parameter followsLinks: whether to resolve a symbolic link.
  package static func status(_ path: String, followsLinks: Bool = true) throws(FileError) -> FileStatus {
    do throws(Errno) {
      // Not a FilePath, which removes a trailing slash and with it the requirement to follow a link.
      return FileStatus(try unsafe Stat(path, followTargetSymlink: followsLinks))
    } catch {
      throw FileError(.lookAt, path: path, code: error.rawValue)
    }
  }

  /// Returns whether a path is a directory and not a link to one.
  package static func isDirectory(_ path: String) throws(FileError) -> Bool {
    do throws(FileError) {
      return try status(path, followsLinks: false).kind == .directory
    } catch {
      if error.isMissing { return false }
      throw error
    }
  }

  /// Returns a file's size in octets; nil if it does not exist or is not a regular file.
  package static func fileSize(_ path: String) -> Int64? {
    do throws(FileError) {
      let status = try status(path, followsLinks: false)
      return status.kind == .file ? status.size : nil
    } catch {
      return nil
    }
  }
}
