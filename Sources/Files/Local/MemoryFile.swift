import CSystemCalls
import Glibc

/// Files in memory, without a name: gone with the last descriptor.
package enum MemoryFile {
  /// What such a file is called in errors.
  package static let path = "a file in memory"

  /// A new one, to be written from its beginning.
  package static func create() throws(FileError) -> OpenFile {
    try OpenFile.checked(sagflow_memory_file(), .create, path)
  }

  /// Has it never change again, whoever has a descriptor of it.
  package static func seal(_ file: borrowing OpenFile) throws(FileError) {
    let result = sagflow_memory_file_seal(file.borrowed)
    if result < 0 { throw FileError(.write, path: path, code: -result) }
  }
}

extension OpenFile {
  /// A descriptor that a call has made, or what it failed with.
  static func checked(
    _ result: Int32, _ operation: FileError.Operation, _ path: String
  ) throws(FileError) -> OpenFile {
    if result < 0 { throw FileError(operation, path: path, code: -result) }
    return OpenFile(owning: result, path: path)
  }

  /// The same file, opened anew for reading: it may have no name any more.
  package func reopened() throws(FileError) -> OpenFile {
    try OpenFile("/proc/self/fd/\(borrowed)", .reading)
  }
}
