import Glibc

/// The system calls of the store's folders. The home of this module's `unsafe`: C strings that the calls only read, and
/// structures that they fill.
package enum Directory {
  /// Creates a folder; one that exists is fine.
  static func create(_ path: String) throws(StoreError) {
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw .system("create folder", path: path, errno: errno) }
  }

  /// Creates a folder and those above it.
  package static func createAll(_ path: String) throws(StoreError) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      try create(String(path[..<slash]))
      end = slash
    }
    try create(path)
  }

  package static func rename(_ old: String, to new: String) throws(StoreError) {
    if unsafe Glibc.rename(old, new) != 0 { throw .system("rename to", path: new, errno: errno) }
  }

  package static func remove(_ path: String) throws(StoreError) {
    if unsafe unlink(path) != 0, errno != ENOENT { throw .system("remove", path: path, errno: errno) }
  }

  /// Removes a folder if it is empty.
  static func removeIfEmpty(_ path: String) {
    _ = unsafe rmdir(path)
  }

  package static func exists(_ path: String) throws(StoreError) -> Bool {
    if unsafe access(path, F_OK) == 0 { return true }
    if errno != ENOENT, errno != ENOTDIR { throw .system("look for", path: path, errno: errno) }
    return false
  }

  /// Makes the names in a folder durable.
  package static func sync(_ path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open folder", path: path, errno: errno) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw .system("sync folder", path: path, errno: errno) }
  }

  /// Whether files can be made in a folder.
  static func checkWritable(_ path: String) throws(StoreError) {
    // The dot tells a file from a folder.
    if unsafe access("\(path)/.", W_OK | X_OK) != 0 { throw .system("write into", path: path, errno: errno) }
  }

  /// Names in a folder, without `.` and `..`, in no order; none if there is no such folder.
  package static func names(in path: String) throws(StoreError) -> [String] {
    do throws(StoreError) {
      return try list(path)
    } catch {
      if error.isMissing || error.code == ENOTDIR { return [] }
      throw error
    }
  }

  /// Names in a folder that is there, without `.` and `..`, in no order.
  package static func list(_ path: String) throws(StoreError) -> [String] {
    guard let folder = unsafe opendir(path) else { throw .system("read folder", path: path, errno: errno) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        if errno != 0 { throw .system("read folder", path: path, errno: errno) }
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
  package struct Status: Sendable {
    package enum Kind: Sendable {
      case file, folder, link, other
    }

    package let kind: Kind
    package let node: Node
  }

  /// Tells a file or folder from all others of this host, whatever path leads to it.
  package struct Node: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
  }

  /// - Parameter followsLinks: whether a link is looked at, or what it leads to.
  package static func status(_ path: String, followsLinks: Bool = true) throws(StoreError) -> Status {
    var status = stat()
    let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { throw .system("look at", path: path, errno: errno) }
    let kind: Status.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    return Status(kind: kind, node: Node(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)))
  }

  /// Whether a path is that of a folder and not of a link to one.
  static func isFolder(_ path: String) throws(StoreError) -> Bool {
    do throws(StoreError) {
      return try status(path, followsLinks: false).kind == .folder
    } catch {
      if error.isMissing { return false }
      throw error
    }
  }

  /// A file's size in octets; nil if it is gone or is no file.
  static func fileSize(_ path: String) -> Int64? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  package static func text(of code: Int32) -> String {
    // Sound: strerror returns a terminated string; it is copied at once.
    unsafe String(cString: strerror(code))
  }
}
