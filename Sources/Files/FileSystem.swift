import CSystemCalls

/// The file system of a file.
package struct FileSystem: Sendable {
  /// Whether it is in memory (tmpfs, ramfs), so that its content is lost on reboot.
  package let isMemory: Bool
  /// Identifies the file system; 0 if the system does not number it. Linux assigns a new number to each tmpfs (since
  /// 5.13).
  package let number: UInt64

  package init(of path: String) throws(FileError) {
    self = try OpenFile(path, .readingAtOnce, for: .lookAt).fileSystem()
  }

  fileprivate init(of file: borrowing OpenFile) throws(FileError) {
    let system = sagflow_file_system_of(file.borrowed)
    if system.error != 0 { throw FileError(.lookAt, path: file.path, code: -system.error) }
    isMemory = system.is_memory != 0
    number = system.number
  }
}

extension OpenFile {
  /// Returns the file system of the file.
  package func fileSystem() throws(FileError) -> FileSystem { try FileSystem(of: self) }
}
