package import FlowModel
package import FlowStore
import Synchronization

/// A bounded queue of rows that leave the cache, from the store writers' threads to the sender's. Rows that do not fit
/// are left to the file.
package final class LiveRows: RowTap {
  private struct Queue {
    var batches: [LiveBatch] = []
    /// Of waiting batches and of those taken but not released.
    var octets = 0
    var isClosed = false
  }

  package let ledger: LiveLedger
  private let queue = Mutex(Queue())
  private let maximumOctets: Int

  package init(_ ledger: LiveLedger, maximumOctets: Int) {
    self.ledger = ledger
    self.maximumOctets = maximumOctets
  }

  // MARK: The store's side

  package func append(
    _ batch: borrowing FlowBatch, _ places: Range<Int>, to group: RowGroupID, at first: Int, origins: [FlowOrigin],
    names: NameTable
  ) {
    // Rows that span several row groups have a copy of all extensions each, which is rare.
    var rows = LiveBatch(
      records: places == 0..<batch.count ? batch.records : Array(batch.records[places]),
      extensions: batch.extensions, facts: batch.facts.isEmpty ? [] : Array(batch.facts[places]), origins: origins,
      names: names)
    let octets = rows.octets
    queue.withLock { queue in
      // Row groups never have more rows than keys; but a wrong key would denote another row.
      let hasKeys = first + places.count <= 1 << LiveGroup.keyBits
      guard !queue.isClosed, hasKeys, queue.octets + octets <= maximumOctets else { return ledger.drop(places.count) }
      rows.firstKey = ledger.take(group, first: first, count: places.count)
      queue.octets += octets
      queue.batches.append(rows)
    }
  }

  package func written(_ group: RowGroupID, order: [UInt32]) { ledger.written(group, order: order) }
  package func published(_ path: String, _ groups: [RowGroupID]) { ledger.published(path, groups) }
  package func discarded(_ groups: [RowGroupID]) { ledger.discarded(groups) }

  // MARK: The sender's side

  /// Takes all waiting batches. Their memory counts until it is released.
  package func takeAll() -> [LiveBatch] {
    queue.withLock { queue in
      var taken: [LiveBatch] = []
      swap(&taken, &queue.batches)
      return taken
    }
  }

  package func release(_ batch: LiveBatch) { queue.withLock { $0.octets -= batch.octets } }

  /// Leaves waiting rows to the files.
  package func leaveAll() {
    for batch in takeAll() {
      ledger.fail(from: batch.firstKey, count: batch.records.count)
      release(batch)
    }
  }

  /// Refuses further rows.
  package func close() {
    queue.withLock { $0.isClosed = true }
    leaveAll()
  }
}
