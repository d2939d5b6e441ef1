import Dispatch
import Files
public import FlowStore
import Foundation
public import Shipping
import Synchronization

/// Sends the rows of committed files to a Kafka topic, one message per row, one file after the other.
///
/// Rows are also sent as they leave the cache (`LiveSender`); of a file, only the rows not acknowledged that way are
/// sent.
///
/// A file is shipped when all its rows are acknowledged; until then the others are sent again. While the process lives,
/// acknowledged rows are not sent again, nor, with an idempotent producer, are those whose acknowledgment was lost.
/// After a restart, the file in progress is sent from its beginning: delivery is at least once.
public final class KafkaDestination: FileDestination {
  let options: KafkaOptions
  /// Receives rows before their file is committed; nil if disabled.
  let live: LiveRows?
  #if Kafka
    private let state = Mutex(State())
    private let sender = Mutex<LiveSender?>(nil)
  #endif
  /// Where files are sent, and librdkafka is polled.
  private let queue: DispatchQueue
  private let acknowledgedCount = Atomic<UInt64>(0)
  private let failedCount = Atomic<UInt64>(0)

  /// Fraction of the message memory for rows waiting for the live sender, and for its producer.
  private static let liveShare = 4

  /// Does not connect.
  public init(_ options: KafkaOptions) {
    self.options = options
    live =
      options.isLive && Self.isAvailable
      ? LiveRows(
        LiveLedger(maximumOctets: options.maximumQueue / 8), maximumOctets: options.maximumQueue / Self.liveShare)
      : nil
    queue = DispatchQueue(label: "kafka-\(options.topic)", qos: .utility)
  }

  /// Whether the program was built with Kafka.
  public static var isAvailable: Bool {
    #if Kafka
      true
    #else
      false
    #endif
  }

  /// Error message if `isAvailable` is false.
  public static let unavailable =
    "this program was built without Kafka; build it with `swift build --traits Kafka` and librdkafka-dev"

  public var place: String { "Kafka at \(options.brokers.joined(separator: ",")), topic \(options.topic)" }

  /// Number of acknowledged rows.
  public var acknowledged: UInt64 { acknowledgedCount.load(ordering: .relaxed) }

  /// Number of rows not acknowledged, counted in each attempt.
  public var failed: UInt64 { failedCount.load(ordering: .relaxed) }

  public func ship(_ file: CommittedFile) async throws {
    let isCancelled = Flag()
    try await withTaskCancellationHandler {
      try await onQueue { try self.send(file, isCancelled) }
    } onCancel: {
      isCancelled.value.store(true, ordering: .releasing)
    }
  }

  public var tap: (any RowTap)? { live }

  public var liveRows: LiveRowCounts? {
    live.map { live in
      let counts = live.ledger.counts
      return LiveRowCounts(sent: counts.taken, acknowledged: counts.acknowledged, left: counts.left)
    }
  }

  public func start() {
    #if Kafka
      guard let live else { return }
      let options = options.sharing(Self.liveShare)
      let sender = LiveSender(live, options) { [self] () throws(KafkaFailure) in try makeProducer(options) }
      self.sender.withLock { $0 = sender }
      sender.start()
    #endif
  }

  public func finish() async {
    #if Kafka
      guard let sender = sender.withLock({ $0.take() }) else { return }
      try? await onQueue { sender.finish() }
    #endif
  }

  public func test() async throws -> [String] { try await onQueue { try self.describe() } }

  private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }

  final class Flag: Sendable {
    let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
  }

  #if !Kafka
    private func send(_ file: CommittedFile, _ isCancelled: Flag) throws {
      throw ShippingFailure(.wait, Self.unavailable)
    }

    private func describe() throws -> [String] { throw ShippingFailure(.wait, Self.unavailable) }
  #endif
}

#if Kafka
  extension KafkaDestination {
    fileprivate struct State: ~Copyable {
      var producer: KafkaProducer?
      /// Acknowledged rows of files that were only partly acknowledged, by file name.
      var begun: [String: RowSet] = [:]

      /// Maximum number of partly acknowledged files.
      private static let maximumBegun = 16

      /// Records which rows of a file need not be sent again.
      mutating func note(_ file: CommittedFile, _ acknowledged: RowSet) {
        if acknowledged.count > 0, begun.count < Self.maximumBegun { begun[file.name] = acknowledged }
      }
    }

    /// Seconds beyond a row's timeout until its outcome must be known.
    private static let settlingTime: TimeInterval = 30

    private func send(_ file: CommittedFile, _ isCancelled: Flag) throws {
      settle(file, isCancelled)
      try state.withLock { state throws in
        if isCancelled.isSet { throw CancellationError() }
        var shipment = try KafkaShipment(file, options, state.begun.removeValue(forKey: file.name))
        shipment.skip(live?.ledger.remove(file.path, groups: shipment.groupRows))
        if shipment.isComplete { return }
        do { try connect(&state) } catch {
          state.note(file, shipment.acknowledged)
          throw error
        }
        let before = shipment.acknowledged.count
        let failure = shipment.run(state.producer, isCancelled: { isCancelled.isSet })
        acknowledgedCount.add(UInt64(shipment.acknowledged.count - before), ordering: .relaxed)
        failedCount.add(UInt64(shipment.failedCount), ordering: .relaxed)
        if failure == nil, shipment.isComplete { return }
        // A broker may not accept an idempotent producer that has purged messages.
        state.producer = nil
        state.note(file, shipment.acknowledged)
        if isCancelled.isSet { throw CancellationError() }
        // The library's text contains times that differ.
        throw failure.map { ShippingFailure($0.remedy, $0.reason(place), kind: "code \($0.code)") }
          ?? ShippingFailure(
            .retry, "\(place): not all rows of \(file.name) were acknowledged", kind: "not acknowledged")
      }
    }

    /// Waits for the outcome of the file's rows that were sent live.
    private func settle(_ file: CommittedFile, _ isCancelled: Flag) {
      guard let live else { return }
      let end = Date(timeIntervalSinceNow: TimeInterval(options.timeout) + Self.settlingTime)
      while !isCancelled.isSet, Date() < end, !live.ledger.isSettled(file.path) { Thread.sleep(forTimeInterval: 0.05) }
    }

    private func describe() throws -> [String] {
      try state.withLock { state throws in
        try connect(&state)
        do throws(KafkaFailure) {
          guard let found = try state.producer?.describe(10_000) else { return [] }
          return [
            "\(place): \(found.brokers) brokers answer", "topic \(options.topic) has \(found.partitions) partitions",
          ]
        } catch {
          var failure = error
          if let cause = state.producer?.lastFailure(), error.isTimeout || error.code == -195 { failure = cause }
          throw ShippingFailure(failure.remedy, failure.reason(place))
        }
      }
    }

    private func connect(_ state: inout State) throws {
      if state.producer != nil { return }
      do throws(KafkaFailure) {
        state.producer = try makeProducer(live == nil ? options : options.sharing(2))
      } catch {
        throw ShippingFailure(.wait, error.reason(place))
      }
    }

    private func makeProducer(_ options: KafkaOptions) throws(KafkaFailure) -> KafkaProducer {
      if let name = options.secretProperty {
        throw KafkaFailure(code: -186, text: "the property \(name) is a secret; remove it")
      }
      return try KafkaProducer(options, password: try password())
    }

    /// The user's password; nil if no user is configured.
    private func password() throws(KafkaFailure) -> String? {
      if options.mechanism.isEmpty { return nil }
      if options.passwordFile.isEmpty {
        if let value = ProcessInfo.processInfo.environment["SAGFLOW_KAFKA_PASSWORD"] { return value }
        throw KafkaFailure(code: -186, text: "no password: set SAGFLOW_KAFKA_PASSWORD or passwordFile")
      }
      do throws(WholeFileFault) {
        let octets = try WholeFile.content(of: options.passwordFile, atMost: 1 << 16)
        return String(decoding: octets, as: UTF8.self).trimmingCharacters(in: .newlines)
      } catch {
        let reason = error.text(
          options.passwordFile, expected: "a file with the password", ifTooLarge: "give only the password")
        throw KafkaFailure(code: -186, text: reason)
      }
    }
  }

  extension KafkaProducer {
    /// The last reported error; nil if none.
    borrowing func lastFailure() -> KafkaFailure? {
      var last: KafkaFailure?
      while true {
        switch poll(0, { _, _ in }) {
        case .nothing: return last
        case .deliveries: continue
        case .failure(let failure): if last == nil || failure.code != -187 { last = failure }
        }
      }
    }
  }
#endif
