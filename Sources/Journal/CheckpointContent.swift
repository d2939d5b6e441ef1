package import Foundation

/// What a worker's directory keeps as a checkpoint: it knows when its journal goes on behind it; all else is its owner's.
package protocol CheckpointContent: Sendable {
  /// Counts a worker's checkpoints; given when it is written.
  var number: UInt64 { get set }
  /// The first segment of the journal whose datagrams are not in it.
  var segment: UInt64 { get }

  /// Hands the file's octets over in pieces.
  func write(_ emit: (Data) throws -> Void) throws

  /// Looks whether what it relies on beside itself is there.
  ///
  /// - Throws: `CheckpointFault` if an older checkpoint is the better one.
  func check() throws(CheckpointFault)
}

/// Why a checkpoint cannot be used.
package struct CheckpointFault: Error, CustomStringConvertible {
  package var description: String
  /// The file that does not have what was written, if it is that.
  package var damagedFile: String?

  package init(_ description: String, damagedFile: String? = nil) {
    self.description = description
    self.damagedFile = damagedFile
  }
}
