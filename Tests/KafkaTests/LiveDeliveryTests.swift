#if Kafka
  import CRdKafka
  import FlowModel
  import FlowStore
  import Foundation
  import Kafka
  import NetworkBytes
  import Shipping
  import TestSupport
  import Testing

  /// A store's writer with a destination tapping its rows, and the files it commits.
  private final class LiveStore {
    var writer: FlowStoreWriter
    private let folder: TemporaryFolder
    private var sent = 0
    private var time: Int64 = 1_767_225_600_000
    private var known: Set<String> = []

    init(groupRows: Int = 1000) throws {
      let folder = try TemporaryFolder()
      var options = FlowStoreOptions(path: folder.path, host: "h")
      options.rowGroupRows = groupRows
      writer = try FlowStoreWriter(options)
      self.folder = folder
    }

    /// Appends rows identified by their octets, which continue those before.
    func append(_ count: Int) {
      var batch = FlowBatch()
      for number in (sent + 1)...(sent + count) {
        var record = FlowRecord()
        record.octets = UInt64(number)
        record.origin = UInt32(number % 2 + 1)
        record.start = time
        record.end = time
        record.source = IPAddress(v4: UInt32(truncatingIfNeeded: number &* 2_654_435_761))
        batch.records.append(record)
      }
      sent += count
      let origins = [
        FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
        FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 7, version: 9),
        FlowOrigin(exporter: IPAddress(v4: 0xc000_0202), domain: 7, version: 9),
      ]
      writer.append(batch, at: time, origins: origins)
    }

    /// Commits the open file and returns it.
    func commit() throws -> [CommittedFile] {
      writer.commit()
      try #require(writer.failure == nil)
      let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".parquet") }
      let new = Set(all).subtracting(known)
      known.formUnion(new)
      return new.sorted().map { CommittedFile(name: $0, path: "\(folder.path)/\($0)", octets: 1) }
    }
  }

  @Suite(
    "Rows that are sent before their file is committed", .tags(.network, .slow), .unlessFast, .serialized, .ownThread)
  struct LiveDeliveryTests {
    private static let topic = "flows"

    private static func destination(
      _ cluster: MockCluster, timeout: Int = 60, queue: Int = 64 << 20, format: KafkaOptions.Format = .json
    ) -> KafkaDestination {
      var options = KafkaOptions()
      options.brokers = cluster.addresses
      options.topic = topic
      options.format = format
      options.timeout = timeout
      options.maximumQueue = queue
      options.linger = 5
      options.properties = ["reconnect.backoff.max.ms": "200", "retry.backoff.ms": "50"]
      let destination = KafkaDestination(options)
      destination.start()
      return destination
    }

    /// Ships like a queue of files: repeats while that may help.
    private static func shipAll(_ files: [CommittedFile], _ destination: KafkaDestination) async throws {
      for file in files {
        for attempt in 1... {
          do {
            try await destination.ship(file)
            break
          } catch let failure as ShippingFailure where failure.remedy == .retry && attempt < 60 {
            try await Task.sleep(for: .milliseconds(200))
          }
        }
      }
    }

    private static func consume(_ cluster: MockCluster, count: Int) async throws -> [Int] {
      // Waits for brokers on a thread that may block.
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try cluster.consume(topic, count: count, Self.octets) })
        }
      }
    }

    /// Returns the octets of a flow, which are the row's number.
    private static func octets(_ message: [UInt8]) -> Int {
      let object = try? JSONSerialization.jsonObject(with: Data(message)) as? [String: Any]
      return object?["bytes"] as? Int ?? -1
    }

    private static func acknowledged(_ destination: KafkaDestination) -> Int {
      Int(destination.liveRows?.acknowledged ?? 0)
    }

    @Test("each is in the topic while its file is open, and is not sent again from the file")
    func once() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster)
      let store = try LiveStore()
      store.writer.taps = [try #require(destination.tap)]
      for _ in 0..<10 { store.append(350) }
      try await eventually("all are acknowledged") { Self.acknowledged(destination) == 3500 }
      #expect(try await Self.consume(cluster, count: 3500) == Array(1...3500))
      let files = try store.commit()
      #expect(files.count == 1)
      try await Self.shipAll(files, destination)
      #expect(destination.acknowledged == 0, "nothing came from the file")
      #expect(destination.liveRows == LiveRowCounts(sent: 3500, acknowledged: 3500, left: 0))
      // The same with the next file, shipped while rows may be in flight.
      store.append(1500)
      try await Self.shipAll(try store.commit(), destination)
      await destination.finish()
      #expect(destination.acknowledged == 0)
      #expect(try await Self.consume(cluster, count: 5000) == Array(1...5000))
    }

    @Test("those that there was no room for come from the file, and each is there once")
    func fullQueue() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster, queue: 1_000_000)
      let store = try LiveStore()
      store.writer.taps = [try #require(destination.tap)]
      for _ in 0..<20 { store.append(1000) }
      try await Self.shipAll(try store.commit(), destination)
      await destination.finish()
      let live = try #require(destination.liveRows)
      #expect(live.left > 0 && live.acknowledged > 0)
      #expect(live.acknowledged + destination.acknowledged == 20_000)
      #expect(try await Self.consume(cluster, count: 20_000) == Array(1...20_000))
    }

    @Test("those that are not acknowledged in an outage come from the file, and later ones are sent at once again")
    func outage() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster, timeout: 2)
      let store = try LiveStore()
      store.writer.taps = [try #require(destination.tap)]
      store.append(1200)
      try await eventually("the first are acknowledged") { Self.acknowledged(destination) == 1200 }
      for broker: Int32 in 1...3 { cluster.setDown(broker) }
      store.append(800)
      try await eventually("the next ones are given up") { destination.liveRows?.left ?? 0 > 0 }
      for broker: Int32 in 1...3 { cluster.setUp(broker) }
      // In the same row group as the failed ones.
      var count = 2000
      try await eventually("rows are taken again") {
        let before = Self.acknowledged(destination)
        store.append(10)
        count += 10
        try await Task.sleep(for: .milliseconds(300))
        return Self.acknowledged(destination) > before
      }
      try await Self.shipAll(try store.commit(), destination)
      await destination.finish()
      let live = try #require(destination.liveRows)
      #expect(live.sent == live.acknowledged + live.left)
      #expect(live.acknowledged + destination.acknowledged == UInt64(count))
      #expect(Set(try await Self.consume(cluster, count: count)) == Set(1...count))
    }

    @Test("none is missing whatever brokers and outputs do meanwhile")
    func anything() async throws {
      let seed = runSeed("KAFKA_LIVE_SEED")
      var random = SeededGenerator(seed: seed)
      let cluster = try MockCluster(topic: Self.topic)
      var destination = Self.destination(cluster, timeout: 2)
      let store = try LiveStore(groupRows: 700)
      store.writer.taps = [try #require(destination.tap)]
      var files: [CommittedFile] = []
      var count = 0
      for _ in 0..<60 {
        switch random.below(10) {
        case 0: cluster.failProduction([RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT])
        case 1: for broker: Int32 in 1...3 where random.below(2) == 0 { cluster.setDown(broker) }
        case 2: for broker: Int32 in 1...3 { cluster.setUp(broker) }
        case 3:
          files += try store.commit()
          if random.below(3) == 0 {
            for broker: Int32 in 1...3 { cluster.setUp(broker) }
            try await Self.shipAll(files, destination)
            files = []
          }
        case 4 where random.below(2) == 0:
          // A reload: the old destination's rows are not handed over.
          store.writer.taps = []
          await destination.finish()
          destination = Self.destination(cluster, timeout: 2)
          store.writer.taps = [try #require(destination.tap)]
        default:
          let rows = 1 + random.below(600)
          store.append(rows)
          count += rows
        }
        try await Task.sleep(for: .milliseconds(random.below(100)))
      }
      for broker: Int32 in 1...3 { cluster.setUp(broker) }
      files += try store.commit()
      try await Self.shipAll(files, destination)
      await destination.finish()
      let found = try await Self.consume(cluster, count: count)
      #expect(Set(found) == Set(1...count), "KAFKA_LIVE_SEED=\(seed)")
    }

    @Test("an end does not wait for brokers that are away, and what was on its way is left to the files")
    func end() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      for broker: Int32 in 1...3 { cluster.setDown(broker) }
      let destination = Self.destination(cluster, timeout: 3600)
      let store = try LiveStore()
      store.writer.taps = [try #require(destination.tap)]
      store.append(500)
      await destination.finish()
      store.append(500)
      #expect(destination.liveRows.map { $0.left } == 1000)
      let files = try store.commit()
      for broker: Int32 in 1...3 { cluster.setUp(broker) }
      try await Self.shipAll(files, Self.destination(cluster))
      #expect(Set(try await Self.consume(cluster, count: 1000)) == Set(1...1000))
    }

    @Test("settings that librdkafka refuses do not keep files waiting for rows")
    func refused() async throws {
      var options = KafkaOptions()
      options.brokers = ["127.0.0.1:1"]
      options.properties = ["no.such.property": "1"]
      let destination = KafkaDestination(options)
      destination.start()
      let store = try LiveStore()
      store.writer.taps = [try #require(destination.tap)]
      store.append(100)
      for file in try store.commit() {
        await #expect { try await destination.ship(file) } throws: { ($0 as? ShippingFailure)?.remedy == .wait }
      }
      await destination.finish()
      #expect(destination.liveRows.map { $0.left } == 100)
    }

    @Test("an output that is to wait for files has no tap")
    func off() {
      var options = KafkaOptions()
      options.isLive = false
      let destination = KafkaDestination(options)
      #expect(destination.tap == nil && destination.liveRows == nil)
    }
  }
#endif
