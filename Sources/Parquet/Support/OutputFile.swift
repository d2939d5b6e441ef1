import Files

/// File written from start to end. Closes itself.
struct OutputFile: ~Copyable, Sendable {
  private var file: OpenFile

  /// Creates the file. Leaves an existing one untouched.
  ///
  /// - Throws: `ParquetError.system` (`create`), with EEXIST if the file exists.
  init(creating path: String, mode: UInt32) throws(ParquetError) {
    do throws(FileError) {
      file = try OpenFile(path, .creating(mode), for: .create)
    } catch {
      throw .system(error)
    }
  }

  /// Takes over an open descriptor positioned at the start of its file.
  init(owning descriptor: Int32, path: String) {
    file = OpenFile(owning: descriptor, path: path)
  }

  /// Writes all of `bytes`, with as many calls as necessary.
  func write(_ bytes: Span<UInt8>) throws(ParquetError) {
    do throws(FileError) { try file.write(bytes) } catch { throw .system(error) }
  }

  var path: String { file.path }

  /// Reopens the same file for reading.
  func reopened() throws(FileError) -> OpenFile { try file.reopened() }

  /// Seals a file in memory against further changes and returns it for reading.
  consuming func sealed() throws(ParquetError) -> ParquetSnapshot {
    do throws(FileError) { try MemoryFile.seal(file) } catch { throw .system(error) }
    let path = file.path
    return ParquetSnapshot(SharedFile(OpenFile(owning: release(), path: path)), path: path)
  }

  /// Truncates the file to `size` octets and continues there.
  func truncate(to size: Int64) throws(ParquetError) {
    do throws(FileError) { try file.truncate(to: size) } catch { throw .system(error) }
  }

  /// Makes the data written so far, and the file's length, durable.
  func sync() throws(ParquetError) {
    do throws(FileError) { try file.sync() } catch { throw .system(error) }
  }

  /// Replaces the file by a durable copy. After a failed sync the system no longer knows which pages it could not
  /// write, so another sync of the same file would succeed wrongly.
  ///
  /// - Parameters:
  ///   - size: Expected octets of the file.
  ///   - checksum: Their CRC-32; the copy is made only if it matches.
  mutating func replaceByCopy(size: Int64, checksum: UInt32) throws(ParquetError) {
    let path = file.path
    let temporary = "\(path).copy"
    do throws(FileError) { try Directory.remove(temporary) } catch {}
    let copy = try OutputFile(creating: temporary, mode: 0o640)
    do throws(ParquetError) {
      try FileContent(path).copy(to: copy, size: size, checksum: checksum)
      do throws(FileError) {
        try copy.file.setPermissions(permissions)
        try copy.file.sync()
        try Directory.rename(temporary, to: path, for: .rename)
      } catch {
        throw .system(error)
      }
    } catch {
      do throws(FileError) { try Directory.remove(temporary) } catch {}
      throw error
    }
    file = OpenFile(owning: copy.release(), path: path)
  }

  private var permissions: UInt32 {
    do throws(FileError) { return try file.status().permissions } catch { return 0o640 }
  }

  private consuming func release() -> Int32 { file.release() }

  /// Closes the file and reports a late write error of the system.
  consuming func close() throws(ParquetError) {
    do throws(FileError) { try file.close() } catch { throw .system(error) }
  }
}
