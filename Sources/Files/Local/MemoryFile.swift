import CSystemCalls
import Glibc

/// Anonymous files in memory, which vanish with the last descriptor.
package enum MemoryFile {
  /// What errors call such a file.
  package static let path = "a file in memory"

  /// Creates an empty file.
  package static func create() throws(FileError) -> OpenFile {
    try OpenFile.checked(sagflow_memory_file(), .create, path)
  }

  /// Seals a file against further changes, for all holders of a descriptor.
  package static func seal(_ file: borrowing OpenFile) throws(FileError) {
    let result = sagflow_memory_file_seal(file.borrowed)
    if result < 0 { throw FileError(.write, path: path, code: -result) }
  }
}

extension OpenFile {
  /// Returns the descriptor that a call created, or throws its error.
  static func checked(
    _ result: Int32, _ operation: FileError.Operation, _ path: String
  ) throws(FileError) -> OpenFile {
    if result < 0 { throw FileError(operation, path: path, code: -result) }
    return OpenFile(owning: result, path: path)
  }

  /// Opens the same file again for reading, even if it has no name.
  package func reopened() throws(FileError) -> OpenFile {
    try OpenFile("/proc/self/fd/\(borrowed)", .reading)
  }
}
