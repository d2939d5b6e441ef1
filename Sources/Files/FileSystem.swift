import CSystemCalls

/// What a file is on.
package struct FileSystem: Sendable {
  /// Whether it is memory (tmpfs, ramfs): what is in it is gone when the machine is booted.
  package let isMemory: Bool
  /// Tells it from others; 0: the system does not number it. Linux draws a new number for each tmpfs that is made (since 5.13).
  package let number: UInt64

  /// Sound: the string is lent, zero-terminated, for the call; the structure is of plain numbers.
  package init(of path: String) throws(FileError) {
    var system = sagflow_file_system()
    let result = unsafe sagflow_file_system_of_path(path, &system)
    if result != 0 { throw FileError(.lookAt, path: path, code: -result) }
    self.init(system)
  }

  fileprivate init(of file: borrowing OpenFile) throws(FileError) {
    var system = sagflow_file_system()
    let result = unsafe sagflow_file_system_of(file.borrowed, &system)
    if result != 0 { throw FileError(.lookAt, path: file.path, code: -result) }
    self.init(system)
  }

  private init(_ system: sagflow_file_system) {
    isMemory = system.is_memory != 0
    number = system.number
  }
}

extension OpenFile {
  /// What the file is on.
  package func fileSystem() throws(FileError) -> FileSystem { try FileSystem(of: self) }
}
