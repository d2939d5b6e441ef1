import Glibc
import SystemPackage

/// What is done with directories, and with files by their paths.
///
/// Sound: the calls only read the strings, which are lent, zero-terminated, for the call.
package enum Directory {
  /// Creates a directory; one that exists is fine.
  package static func create(_ path: String) throws(FileError) {
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError(.createDirectory, path: path, code: errno) }
  }

  /// Creates a directory and those above it.
  package static func createAll(_ path: String) throws(FileError) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      try create(String(path[..<slash]))
      end = slash
    }
    try create(path)
  }

  /// Gives a file or directory another name, in place of whatever file has that one.
  ///
  /// - Parameter operation: what is done by it, as an error has it.
  package static func rename(
    _ old: String, to new: String, for operation: FileError.Operation = .renameTo
  ) throws(FileError) {
    if unsafe Glibc.rename(old, new) != 0 { throw FileError(operation, path: new, code: errno) }
  }

  /// Makes a link that leads to `target`, in place of whatever file or link is there.
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

  /// Makes the names in a directory durable.
  package static func sync(_ path: String) throws(FileError) {
    let directory = try OpenFile(path, .directory, for: .openDirectory)
    do throws(FileError) { try directory.sync() } catch {
      throw FileError(.syncDirectory, path: path, code: error.code)
    }
  }

  /// Whether files can be made in a directory.
  package static func checkWritable(_ path: String) throws(FileError) {
    // The dot tells a file from a directory.
    if unsafe access("\(path)/.", W_OK | X_OK) != 0 { throw FileError(.writeInto, path: path, code: errno) }
  }

  /// Names in a directory, without `.` and `..`, in no order; none if there is no such directory.
  package static func names(in path: String) throws(FileError) -> [String] {
    do throws(FileError) {
      return try list(path)
    } catch {
      if error.isMissing || error.code == ENOTDIR { return [] }
      throw error
    }
  }

  /// Names in a directory that is there, without `.` and `..`, in no order.
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
      // Sound: d_name is a terminated string within the entry that readdir just filled.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// What a path leads to.
  ///
  /// - Parameter followsLinks: whether a link is looked at, or what it leads to.
  package static func status(_ path: String, followsLinks: Bool = true) throws(FileError) -> FileStatus {
    do throws(Errno) {
      // Not as a FilePath, which drops a slash at the end and with it what is behind a link.
      return FileStatus(try unsafe Stat(path, followTargetSymlink: followsLinks))
    } catch {
      throw FileError(.lookAt, path: path, code: error.rawValue)
    }
  }

  /// Whether a path is that of a directory and not of a link to one.
  package static func isDirectory(_ path: String) throws(FileError) -> Bool {
    do throws(FileError) {
      return try status(path, followsLinks: false).kind == .directory
    } catch {
      if error.isMissing { return false }
      throw error
    }
  }

  /// A file's size in octets; nil if it is gone or is no file.
  package static func fileSize(_ path: String) -> Int64? {
    do throws(FileError) {
      let status = try status(path, followsLinks: false)
      return status.kind == .file ? status.size : nil
    } catch {
      return nil
    }
  }
}
