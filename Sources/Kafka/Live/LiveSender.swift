#if Kafka
  import FlowModel
  import Foundation
  import NetworkBytes
  import Shipping
  import Synchronization
  import Waiting

  /// Sends rows as they leave the cache, on its own thread with its own producer.
  ///
  /// Each row is tried once; one that is not acknowledged is left to its file. After a failure, everything in transit
  /// is purged, because a broker may not accept an idempotent producer that has lost messages; the next rows use a new
  /// producer, after a pause.
  final class LiveSender: Sendable {
    private let rows: LiveRows
    private let options: KafkaOptions
    private let makeProducer: @Sendable () throws(KafkaFailure) -> KafkaProducer
    private let isEnding = Atomic(false)
    private let ended = Event()

    /// Maximum time to wait for reports or rows, milliseconds.
    private static let interval: Int32 = 100
    /// Pauses after consecutive failures, seconds; the last one repeats.
    private static let pauses: [TimeInterval] = [1, 2, 5, 10]

    init(
      _ rows: LiveRows, _ options: KafkaOptions,
      makeProducer: @escaping @Sendable () throws(KafkaFailure) -> KafkaProducer
    ) {
      self.rows = rows
      self.options = options
      self.makeProducer = makeProducer
    }

    /// Call once.
    func start() {
      let thread = Thread { [self] in
        Thread.current.name = "kafka-live"
        run()
        ended.happen()
      }
      thread.qualityOfService = .utility
      thread.start()
    }

    /// Purges what is in transit, and waits for the thread to end.
    func finish() {
      isEnding.store(true, ordering: .releasing)
      ended.wait()
    }

    private var isOver: Bool { isEnding.load(ordering: .acquiring) }

    // MARK: On the thread

    private func run() {
      var failures = 0
      while !isOver {
        var hasSent = false
        do throws(KafkaFailure) {
          var flight = LiveFlight(try makeProducer(), rows.ledger)
          while !isOver, flight.failure == nil { send(&flight) }
          hasSent = flight.acknowledgedCount > 0
          flight.giveUp()
        } catch {
          // Wrong settings are reported when files are sent; these must not wait for live rows.
          rows.leaveAll()
        }
        if isOver { break }
        failures = hasSent ? 1 : failures + 1
        rest(Self.pauses[min(failures, Self.pauses.count) - 1])
      }
      rows.close()
    }

    private func rest(_ seconds: TimeInterval) {
      let end = Date(timeIntervalSinceNow: seconds)
      while !isOver, Date() < end { Thread.sleep(forTimeInterval: 0.1) }
    }

    /// Sends what waits, or polls for reports.
    private func send(_ flight: inout LiveFlight) {
      let batches = rows.takeAll()
      if batches.isEmpty { return flight.poll(Self.interval) }
      for batch in batches {
        switch options.format {
        case .protobuf:
          var messages = FlowMessages(batch)
          flight.send(batch, &messages) { isOver }
        case .json:
          var messages = LiveLines(batch, names: options.names)
          flight.send(batch, &messages) { isOver }
        }
        rows.release(batch)
      }
      flight.poll(0)
    }
  }

  /// Messages in transit of one producer.
  struct LiveFlight: ~Copyable {
    private let producer: KafkaProducer
    private let ledger: LiveLedger
    private var outstanding = 0
    private(set) var acknowledgedCount = 0
    /// Why another producer is needed; nil if none is.
    private(set) var failure: KafkaFailure?
    /// Kept to reuse its memory.
    private var messageOctets: [UInt8] = []

    /// Maximum time for reports after a purge, milliseconds.
    private static let purgeTime = 10_000

    init(_ producer: consuming KafkaProducer, _ ledger: LiveLedger) {
      self.producer = producer
      self.ledger = ledger
    }

    /// Produces a batch, waiting for room; what cannot be produced fails.
    mutating func send(_ rows: LiveBatch, _ messages: inout some MessageEncoder, isOver: () -> Bool) {
      let (origins, indices) = rows.usedOrigins()
      var batch = MessageBatch(keys: origins.map(\.exporter.description))
      swap(&batch.octets, &messageOctets)
      let count = rows.records.count
      let all = Array(0..<count)
      var next = 0
      while next < count, failure == nil, !isOver() {
        let end = min(next + messages.maximumRows, count)
        messages.encode(all[next..<end], into: &batch)
        next = end
        for place in batch.messages.indices {
          let row = batch.messages[place].row
          batch.messages[place].key = Int(indices[row])
          batch.messages[place].row = rows.firstKey + row
        }
        hand(&batch, isOver)
      }
      if next < count { ledger.fail(from: rows.firstKey + next, count: count - next) }
      swap(&batch.octets, &messageOctets)
    }

    private mutating func hand(_ batch: inout MessageBatch, _ isOver: () -> Bool) {
      while !batch.messages.isEmpty, failure == nil, !isOver() {
        do throws(KafkaFailure) {
          try producer.produce(&batch, taken: &outstanding)
        } catch {
          note(error)
          // The file reports a message that no broker accepts; later ones continue.
          if failure == nil { break }
        }
        poll(batch.messages.isEmpty ? 0 : 50)
      }
      if batch.messages.isEmpty { return }
      ledger.fail(batch.messages.map(\.row))
      batch.messages.removeAll(keepingCapacity: true)
    }

    /// Processes one event.
    mutating func poll(_ milliseconds: Int32) {
      var acknowledged: [Int] = []
      var failed: [Int] = []
      var cause: KafkaFailure?
      let event = producer.poll(milliseconds) { key, failure in
        if let failure {
          failed.append(key)
          cause = failure
        } else {
          acknowledged.append(key)
        }
      }
      outstanding -= acknowledged.count + failed.count
      acknowledgedCount += acknowledged.count
      if !acknowledged.isEmpty { ledger.acknowledge(acknowledged) }
      if !failed.isEmpty { ledger.fail(failed) }
      if let cause { note(cause) }
      if case .failure(let said) = event, said.isFatal { failure = said }
    }

    private mutating func note(_ cause: KafkaFailure) {
      // A message that is too large does not affect the producer.
      if cause.remedy != .setAside || cause.isFatal { failure = failure ?? cause }
    }

    /// Purges what is in transit: what is not acknowledged by then counts as failed, though a broker may have it.
    mutating func giveUp() {
      producer.purge()
      var left = Self.purgeTime
      while outstanding > 0, left > 0 {
        poll(100)
        left -= 100
      }
    }
  }
#endif
