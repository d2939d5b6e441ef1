import FlowQuery

/// Messages produced together: their octets, adjacent or with gaps.
package struct MessageBatch {
  package struct Message {
    /// In `octets`.
    package var range: Range<Int>
    /// Number of its key.
    package var key: Int
    /// Its row in the file.
    package var row: Int
  }

  package var octets: [UInt8] = []
  package var messages: [Message] = []
  /// All keys, concatenated, and the start of each, followed by the end of the last.
  private(set) var keyOctets: [UInt8] = []
  private(set) var keyStarts: [Int] = [0]

  /// Maximum number of messages in a batch.
  package static let maximumCount = 256

  package init(keys: [String]) {
    for key in keys {
      keyOctets += key.utf8
      keyStarts.append(keyOctets.count)
    }
  }

  package func key(_ number: Int) -> Range<Int> { keyStarts[number]..<keyStarts[number + 1] }
}

/// Encodes rows of a row group.
package protocol MessageEncoder {
  /// Maximum number of rows per call of `encode`.
  var maximumRows: Int { get }

  /// Fills an empty batch with the rows' octets and a message with its range for each; the caller sets key and row.
  mutating func encode(_ rows: ArraySlice<Int>, into batch: inout MessageBatch)
}

/// A JSON object for each row.
struct LineMessages: MessageEncoder {
  private var lines: FileRows.Lines

  init(_ lines: FileRows.Lines) { self.lines = lines }

  var maximumRows: Int { MessageBatch.maximumCount }

  mutating func encode(_ rows: ArraySlice<Int>, into batch: inout MessageBatch) {
    batch.octets.removeAll(keepingCapacity: true)
    for row in rows {
      let start = batch.octets.count
      lines.append(row, to: &batch.octets)
      // Without the line feed.
      batch.octets.removeLast()
      batch.messages.append(.init(range: start..<batch.octets.count, key: 0, row: row))
    }
  }
}
