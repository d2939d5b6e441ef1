import CSystemCalls

/// What a file is on.
package struct FileSystem: Sendable {
  /// Whether it is memory (tmpfs, ramfs): what is in it is gone when the machine is booted.
  package let isMemory: Bool
  /// Tells it from others; 0: the system does not number it. Linux draws a new number for each tmpfs that is made (since 5.13).
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
  /// What the file is on.
  package func fileSystem() throws(FileError) -> FileSystem { try FileSystem(of: self) }
}
