#if Kafka
  import CRdKafka
  import Foundation
  import Kafka
  import Shipping
  import TestSupport
  import Testing

  /// librdkafka's mock brokers keep about 90,000 messages per partition; the tests send fewer.
  @Suite("Rows on their way to Kafka", .tags(.network, .slow), .unlessFast, .serialized)
  struct DeliveryTests {
    private static let topic = "flows"

    private static func destination(_ cluster: MockCluster, timeout: Int = 60) -> KafkaDestination {
      var options = KafkaOptions()
      options.brokers = cluster.addresses
      options.topic = topic
      options.format = .json
      options.timeout = timeout
      options.linger = 5
      // Reconnects at once when a broker is back.
      options.properties = ["reconnect.backoff.max.ms": "200", "retry.backoff.ms": "50"]
      return KafkaDestination(options)
    }

    /// Ships like a queue of files: repeats while that may help.
    private static func shipAll(_ file: CommittedFile, _ destination: KafkaDestination) async throws -> Int {
      for attempt in 1... {
        do {
          try await destination.ship(file)
          return attempt
        } catch let failure as ShippingFailure where failure.remedy == .retry && attempt < 60 {
          try await Task.sleep(for: .milliseconds(200))
        }
      }
      return 0
    }

    private static func consume(_ cluster: MockCluster, count: Int) async throws -> [Int] {
      // Waits for brokers on a thread that may block.
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result {
              try cluster.consume(topic, count: count) { message in
                let object = try? JSONSerialization.jsonObject(with: Data(message)) as? [String: Any]
                return object?["bytes"] as? Int ?? -1
              }
            })
        }
      }
    }

    @Test("a file is taken once each of its rows is acknowledged, and each is there once")
    func once() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster)
      let sample = try FlowFileSample(rows: 5000)
      try await destination.ship(sample.file)
      #expect(destination.acknowledged == 5000 && destination.failed == 0)
      #expect(try await Self.consume(cluster, count: 5000) == Array(1...5000))
    }

    @Test("what is on its way when brokers fail is sent again, and each row is there once")
    func faults() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster)
      let sample = try FlowFileSample(rows: 8000)
      cluster.failProduction([
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
      ])
      #expect(try await Self.shipAll(sample.file, destination) == 1)
      #expect(destination.acknowledged == 8000)
      #expect(try await Self.consume(cluster, count: 8000) == Array(1...8000))
    }

    @Test(
      "an outage that is longer than the timeout ends the attempt with its cause; rows that were acknowledged are not sent again"
    )
    func outage() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let destination = Self.destination(cluster, timeout: 3)
      let (first, second) = (try FlowFileSample(rows: 3000), try FlowFileSample(rows: 3000, first: 3001))
      try await destination.ship(first.file)
      for broker: Int32 in 1...3 { cluster.setDown(broker) }
      await #expect { try await destination.ship(second.file) } throws: { error in
        (error as? ShippingFailure)?.remedy == .retry
      }
      #expect(destination.acknowledged == 3000 && destination.failed == 3000)
      for broker: Int32 in 1...3 { cluster.setUp(broker) }
      _ = try await Self.shipAll(second.file, destination)
      #expect(destination.acknowledged == 6000)
      let found = try await Self.consume(cluster, count: 6000)
      #expect(Set(found) == Set(1...6000))
    }

    @Test("stopping ends a shipment that nobody answers, and the file is sent by the next start")
    func cancelled() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let sample = try FlowFileSample(rows: 1000)
      let destination = Self.destination(cluster)
      for broker: Int32 in 1...3 { cluster.setDown(broker) }
      let file = sample.file
      let task = Task { try await destination.ship(file) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      for broker: Int32 in 1...3 { cluster.setUp(broker) }
      _ = try await Self.shipAll(sample.file, Self.destination(cluster))
      #expect(Set(try await Self.consume(cluster, count: 1000)) == Set(1...1000))
    }

    @Test("a file that is gone or none of flows is set aside")
    func unreadable() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      let folder = try TemporaryFolder()
      let destination = Self.destination(cluster)
      for path in [folder.file("gone.parquet"), try folder.write("PAR1", as: "damaged.parquet")] {
        let file = CommittedFile(name: "x", path: path, octets: 4)
        await #expect { try await destination.ship(file) } throws: { error in
          (error as? ShippingFailure)?.remedy == .setAside
        }
      }
    }

    @Test("a question says how many brokers answer and what partitions there are; without an answer it fails")
    func question() async throws {
      let cluster = try MockCluster(topic: Self.topic)
      #expect(try await Self.destination(cluster).test().contains("topic flows has 4 partitions"))
      var options = KafkaOptions()
      options.brokers = ["127.0.0.1:1"]
      await #expect(throws: ShippingFailure.self) { _ = try await KafkaDestination(options).test() }
      options.properties = ["no.such.property": "1"]
      await #expect { _ = try await KafkaDestination(options).test() } throws: { error in
        (error as? ShippingFailure)?.remedy == .wait
      }
    }
  }
#endif
