import Files

/// A file being written from its beginning to its end. Closes itself.
struct OutputFile: ~Copyable, Sendable {
  private var file: OpenFile

  /// Creates the file; one that is there already is left alone.
  ///
  /// - Throws: `ParquetError.system` (`create`), with EEXIST if there is a file of that name.
  init(creating path: String, mode: UInt32) throws(ParquetError) {
    do throws(FileError) {
      file = try OpenFile(path, .creating(mode), for: .create)
    } catch {
      throw .system(error)
    }
  }

  /// Takes over an open descriptor that stands at its file's beginning.
  init(owning descriptor: Int32, path: String) {
    file = OpenFile(owning: descriptor, path: path)
  }

  /// Writes all of `bytes`, however many calls that takes.
  func write(_ bytes: Span<UInt8>) throws(ParquetError) {
    do throws(FileError) { try file.write(bytes) } catch { throw .system(error) }
  }

  var path: String { file.path }

  /// The same file, to be read.
  func reopened() throws(FileError) -> OpenFile { try file.reopened() }

  /// A file in memory, to be read, that nobody can change any more.
  consuming func sealed() throws(ParquetError) -> ParquetSnapshot {
    do throws(FileError) { try MemoryFile.seal(file) } catch { throw .system(error) }
    let path = file.path
    return ParquetSnapshot(SharedFile(OpenFile(owning: release(), path: path)), path: path)
  }

  /// Cuts the file to `size` octets and goes on writing there.
  func truncate(to size: Int64) throws(ParquetError) {
    do throws(FileError) { try file.truncate(to: size) } catch { throw .system(error) }
  }

  /// Returns when what was written, and the file's length, would survive a loss of power.
  func sync() throws(ParquetError) {
    do throws(FileError) { try file.sync() } catch { throw .system(error) }
  }

  /// Puts a durable copy in the file's place: after a sync that failed the system has forgotten which pages it could not
  /// write, and another sync of the same file would succeed.
  ///
  /// - Parameters:
  ///   - size: octets that the file must have, and `checksum` their CRC-32: the copy is of these, or there is none.
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

  /// Closes the file and says so if the system reports a late write error.
  consuming func close() throws(ParquetError) {
    do throws(FileError) { try file.close() } catch { throw .system(error) }
  }
}
