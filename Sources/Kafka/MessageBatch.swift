import FlowQuery

/// Messages that are handed over together: their octets, one behind the other or with room between them.
package struct MessageBatch {
  package struct Message {
    /// In `octets`.
    package var range: Range<Int>
    /// The number of its key.
    package var key: Int
    /// The row of the file.
    package var row: Int
  }

  package var octets: [UInt8] = []
  package var messages: [Message] = []
  /// All keys, one behind the other, and where each begins, with the end of the last.
  private(set) var keyOctets: [UInt8] = []
  private(set) var keyStarts: [Int] = [0]

  /// Messages of a batch at most.
  package static let maximumCount = 256

  package init(keys: [String]) {
    for key in keys {
      keyOctets += key.utf8
      keyStarts.append(keyOctets.count)
    }
  }

  package func key(_ number: Int) -> Range<Int> { keyStarts[number]..<keyStarts[number + 1] }
}

/// Makes messages of the rows of a row group.
package protocol MessageEncoder {
  /// Rows that `encode` takes at most.
  var maximumRows: Int { get }

  /// Puts rows into an empty batch: their octets, and a message for each with its range; key and file's row are the caller's.
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
