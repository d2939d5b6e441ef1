#if Kafka
  import FlowModel
  import FlowQuery
  import FlowText
  import NetworkBytes
  import Parquet
  import Shipping

  /// A file's rows in transit.
  struct KafkaShipment {
    /// Rows acknowledged in this or an earlier attempt.
    private(set) var acknowledged: RowSet
    /// Number of rows not acknowledged.
    private(set) var failedCount = 0
    private let file: CommittedFile
    private let rows: FileRows
    private let options: KafkaOptions
    /// Number of rows produced and not reported yet.
    private var outstanding = 0
    /// Why rows were not acknowledged.
    private var failure: KafkaFailure?
    /// The last error reported for brokers.
    private var brokerFailure: KafkaFailure?

    /// - Parameter acknowledged: from an earlier attempt.
    /// - Throws: `ShippingFailure` if the file cannot be read.
    init(_ file: CommittedFile, _ options: KafkaOptions, _ acknowledged: RowSet?) throws(ShippingFailure) {
      do throws(ParquetReadError) { rows = try FileRows(file.path) } catch {
        throw ShippingFailure(.setAside, "\(error)")
      }
      self.file = file
      self.options = options
      let count = rows.rowCount
      let known = acknowledged.flatMap { $0.rows == count ? $0 : nil }
      self.acknowledged = known ?? RowSet(rows: count)
    }

    var isComplete: Bool { acknowledged.count == rows.rowCount }

    /// Number of rows in each row group.
    var groupRows: [Int] { (0..<rows.groupCount).map { rows.group($0).rowCount } }

    /// Skips rows that were acknowledged before the file was committed.
    mutating func skip(_ known: RowSet?) {
      if let known, known.rows == rows.rowCount, acknowledged.count == 0 { acknowledged = known }
    }

    /// Sends the rows not yet acknowledged, and returns when the outcome of every row is known.
    ///
    /// - Returns: why rows were not acknowledged; nil if all were, or it was canceled.
    mutating func run(_ producer: borrowing KafkaProducer?, isCancelled: () -> Bool) -> KafkaFailure? {
      var first = 0
      for number in 0..<rows.groupCount where failure == nil && !isCancelled() {
        let group = rows.group(number)
        do throws(ParquetReadError) {
          switch options.format {
          case .protobuf:
            var messages = try FlowMessages(group)
            try send(group, first, &messages, producer, isCancelled)
          case .json:
            var messages = LineMessages(try group.lines(.json, names: options.names))
            try send(group, first, &messages, producer, isCancelled)
          }
        } catch {
          // Treated like a message that no broker accepts: retrying does not help.
          failure = KafkaFailure(code: 87, text: "\(error)")
        }
        first += group.rowCount
      }
      if isCancelled() { producer?.purge() }
      while outstanding > 0 {
        poll(producer, 100)
        if isCancelled() { producer?.purge() }
      }
      guard var failure else { return nil }
      // A timeout has a cause, such as a wrong password.
      if failure.isTimeout, let brokerFailure {
        failure = KafkaFailure(code: brokerFailure.code, text: "\(failure.text): \(brokerFailure.text)")
      }
      return failure
    }

    private mutating func send(
      _ group: FileRows.Group, _ first: Int, _ messages: inout some MessageEncoder,
      _ producer: borrowing KafkaProducer?, _ isCancelled: () -> Bool
    ) throws(ParquetReadError) {
      let (exporters, indices) = try group.addresses(.exporterAddress)
      var batch = MessageBatch(keys: exporters.map(\.description))
      let wanted = (0..<group.rowCount).filter { !acknowledged.contains(first + $0) }
      var next = 0
      while next < wanted.count, failure == nil, !isCancelled() {
        let end = min(next + messages.maximumRows, wanted.count)
        messages.encode(wanted[next..<end], into: &batch)
        next = end
        for place in batch.messages.indices {
          let row = batch.messages[place].row
          batch.messages[place].key = indices.map { Int($0[row]) } ?? 0
          batch.messages[place].row = first + row
        }
        hand(&batch, producer, isCancelled)
      }
    }

    /// Produces messages, waiting for room; refused messages, and those after a failure, are not acknowledged.
    private mutating func hand(
      _ batch: inout MessageBatch, _ producer: borrowing KafkaProducer?, _ isCancelled: () -> Bool
    ) {
      while !batch.messages.isEmpty, failure == nil, !isCancelled() {
        do throws(KafkaFailure) {
          try producer?.produce(&batch, taken: &outstanding)
        } catch {
          failure = error
        }
        // Unprocessed delivery reports occupy the queue.
        poll(producer, batch.messages.isEmpty ? 0 : 100)
      }
      batch.messages.removeAll(keepingCapacity: true)
    }

    private mutating func poll(_ producer: borrowing KafkaProducer?, _ milliseconds: Int32) {
      var (done, failed) = (0, 0)
      var cause: KafkaFailure?
      let event = producer?.poll(milliseconds) { row, failure in
        done += 1
        if let failure {
          failed += 1
          cause = failure
        } else {
          acknowledged.insert(row)
        }
      }
      outstanding -= done
      failedCount += failed
      if let cause, failure == nil { failure = cause }
      switch event {
      case .failure(let said):
        if said.isFatal { failure = failure ?? said }
        // That all brokers are down is less informative than the reason.
        if brokerFailure == nil || said.code != -187 { brokerFailure = said }
      case .deliveries: if failed == 0 { brokerFailure = nil }
      case .nothing: break
      // No client is left to report deliveries.
      case nil: outstanding = 0
      }
    }
  }
#endif
