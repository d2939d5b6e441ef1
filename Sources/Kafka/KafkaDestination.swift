import Dispatch
public import FlowStore
import Foundation
public import Shipping
import Synchronization

/// Takes the rows of committed files into a topic of Kafka, each row a message, one file after the other.
///
/// Rows are sent as they leave the cache, too (`LiveSender`): of a file, what was not acknowledged that way is sent from it.
///
/// A file is taken when all of its rows are acknowledged; until then the rows that are not are sent again. While the process lives, rows that were
/// acknowledged are not sent again, and with an idempotent producer neither are those whose acknowledgement was lost. After a restart the file
/// that was under way is sent from its beginning: every row is there at least once.
public final class KafkaDestination: FileDestination {
  let options: KafkaOptions
  /// What takes rows before their file is committed; nil: nothing does.
  let live: LiveRows?
  #if Kafka
    private let state = Mutex(State())
    private let sender = Mutex<LiveSender?>(nil)
  #endif
  /// Where files are sent, and librdkafka is waited for.
  private let queue: DispatchQueue
  private let acknowledgedCount = Atomic<UInt64>(0)
  private let failedCount = Atomic<UInt64>(0)

  /// Of the memory for messages, the part of rows that wait for the live sender, and of its producer.
  private static let liveShare = 4

  /// Connects to nothing yet.
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

  /// What to say where `isAvailable` is false.
  public static let unavailable =
    "this program was built without Kafka; build it with `swift build --traits Kafka` and librdkafka-dev"

  public var place: String { "Kafka at \(options.brokers.joined(separator: ",")), topic \(options.topic)" }

  /// Rows that were acknowledged so far.
  public var acknowledged: UInt64 { acknowledgedCount.load(ordering: .relaxed) }

  /// Rows whose acknowledgement did not come, each time.
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
      /// Of files that were not wholly acknowledged, by name, which of their rows were.
      var begun: [String: RowSet] = [:]

      /// Files that may be begun at a time; more are not tried at once.
      private static let maximumBegun = 16

      /// Keeps which rows of a file are not to be sent again.
      mutating func note(_ file: CommittedFile, _ acknowledged: RowSet) {
        if acknowledged.count > 0, begun.count < Self.maximumBegun { begun[file.name] = acknowledged }
      }
    }

    /// Seconds beyond a row's timeout until its fate has to be known.
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
        // A broker may not go on with an idempotent producer that has given up messages.
        state.producer = nil
        state.note(file, shipment.acknowledged)
        if isCancelled.isSet { throw CancellationError() }
        // The library's text has times that differ.
        throw failure.map { ShippingFailure($0.remedy, $0.reason(place), kind: "code \($0.code)") }
          ?? ShippingFailure(
            .retry, "\(place): not all rows of \(file.name) were acknowledged", kind: "not acknowledged")
      }
    }

    /// Waits until the fate of the file's rows that were sent before is known.
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

    /// The user's password; nil: there is no user.
    private func password() throws(KafkaFailure) -> String? {
      if options.mechanism.isEmpty { return nil }
      if options.passwordFile.isEmpty {
        if let value = ProcessInfo.processInfo.environment["SAGFLOW_KAFKA_PASSWORD"] { return value }
        throw KafkaFailure(code: -186, text: "no password: set SAGFLOW_KAFKA_PASSWORD or passwordFile")
      }
      guard let data = FileManager.default.contents(atPath: options.passwordFile) else {
        throw KafkaFailure(code: -186, text: "cannot read the password from \(options.passwordFile)")
      }
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
  }

  extension KafkaProducer {
    /// What was said last of what is wrong; nil: nothing.
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
