import Files
package import Foundation

/// Reads a checkpoint file piece by piece, so that it need not fit into memory.
package struct CheckpointSource: ~Copyable {
  private enum Home: ~Copyable {
    case file(OpenFile)
    case memory(Data)
  }

  private let home: Home
  private let size: Int
  private var place = 0

  /// Octets left.
  package var left: Int { size - place }

  /// - Throws: `CheckpointFault` if the file still cannot be read after several seconds of retries.
  package init(opening path: String) throws(CheckpointFault) {
    do throws(FileError) {
      let file = try Retry.reading { () throws(FileError) in try OpenFile(path, .readingNoLink) }
      size = Int(clamping: try Retry.reading { () throws(FileError) in try file.status() }.size)
      home = .file(file)
    } catch {
      throw CheckpointFault("it cannot be read: \(error.systemReason)")
    }
  }

  package init(_ octets: Data) {
    size = octets.count
    home = .memory(octets)
  }

  /// Reads the next octets.
  ///
  /// - Throws: `CheckpointFault` if too few are left or they cannot be read.
  package mutating func take(_ count: Int) throws(CheckpointFault) -> [UInt8] {
    guard count >= 0, count <= left else { throw CheckpointFault("truncated") }
    let start = place
    place += count
    switch home {
    case .memory(let octets): return Array(octets[(octets.startIndex + start)..<(octets.startIndex + start + count)])
    case .file(let file):
      var octets = [UInt8](repeating: 0, count: count)
      let read: Int
      do throws(FileError) {
        read = try Retry.reading { () throws(FileError) in
          var span = octets.mutableSpan
          return try file.read(at: Int64(start), into: &span)
        }
      } catch {
        throw CheckpointFault("it cannot be read: \(error.systemReason)")
      }
      guard read == count else { throw CheckpointFault("truncated") }
      return octets
    }
  }
}
