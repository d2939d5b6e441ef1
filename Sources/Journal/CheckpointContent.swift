/// A checkpoint in a worker's directory. The directory only needs to know where its journal continues; the rest belongs
/// to its owner.
package protocol CheckpointContent: Sendable {
  /// Sequence number of the worker's checkpoint, assigned when it is written.
  var number: UInt64 { get set }
  /// The first journal segment whose datagrams are not included.
  var segment: UInt64 { get }

  /// Writes the file's content in pieces.
  func write(_ emit: ([UInt8]) throws -> Void) throws

  /// Verifies the files that it refers to.
  ///
  /// - Throws: `CheckpointFault` if an older checkpoint should be used instead.
  func check() throws(CheckpointFault)
}

/// Why a checkpoint cannot be used.
package struct CheckpointFault: Error, CustomStringConvertible {
  package var description: String
  /// The referenced file that is damaged, if that is the reason.
  package var damagedFile: String?

  package init(_ description: String, damagedFile: String? = nil) {
    self.description = description
    self.damagedFile = damagedFile
  }
}
