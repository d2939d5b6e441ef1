#if Kafka
  import CRdKafka

  /// Brokers inside this process, on loopback ports, with fault injection.
  ///
  /// Sound: both handles are valid until `deinit`; the cluster's functions may be called from any thread.
  @safe final class MockCluster: @unchecked Sendable {
    private let client: OpaquePointer
    private let cluster: OpaquePointer
    let addresses: [String]

    init(brokers: Int32 = 3, topic: String, partitions: Int32 = 4) throws {
      guard let client = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nil, 0),
        let cluster = unsafe rd_kafka_mock_cluster_new(client, brokers)
      else { throw MockFailure() }
      unsafe (self.client, self.cluster) = (client, cluster)
      addresses = unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster)).split(separator: ",").map(
        String.init)
      guard unsafe rd_kafka_mock_topic_create(cluster, topic, partitions, brokers) == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw MockFailure()
      }
    }

    deinit {
      unsafe rd_kafka_mock_cluster_destroy(cluster)
      unsafe rd_kafka_destroy(client)
    }

    struct MockFailure: Error {}

    /// - Parameter broker: counted from 1.
    func setDown(_ broker: Int32) { _ = unsafe rd_kafka_mock_broker_set_down(cluster, broker) }
    func setUp(_ broker: Int32) { _ = unsafe rd_kafka_mock_broker_set_up(cluster, broker) }

    /// Makes the next produce requests fail, one error each.
    func failProduction(_ errors: [rd_kafka_resp_err_t]) {
      // Key 0: Produce.
      unsafe errors.withUnsafeBufferPointer {
        unsafe rd_kafka_mock_push_request_errors_array(cluster, 0, $0.count, $0.baseAddress)
      }
    }

    /// Returns the octets of the flows in a topic of protobuf messages, sorted, after `count` messages or when no more
    /// arrive.
    ///
    /// - Parameter octets: returns the octets of a message.
    func consume(_ topic: String, count: Int, _ octets: ([UInt8]) -> Int) throws -> [Int] {
      let configuration = unsafe rd_kafka_conf_new()
      for (name, value) in [
        ("bootstrap.servers", addresses.joined(separator: ",")), ("group.id", "test-\(UInt32.random(in: 0...(.max)))"),
        ("auto.offset.reset", "earliest"),
      ] {
        guard unsafe rd_kafka_conf_set(configuration, name, value, nil, 0) == RD_KAFKA_CONF_OK else {
          throw MockFailure()
        }
      }
      guard let consumer = unsafe rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nil, 0) else { throw MockFailure() }
      defer { unsafe rd_kafka_destroy(consumer) }
      unsafe rd_kafka_poll_set_consumer(consumer)
      guard let topics = unsafe rd_kafka_topic_partition_list_new(1) else { throw MockFailure() }
      defer { unsafe rd_kafka_topic_partition_list_destroy(topics) }
      unsafe rd_kafka_topic_partition_list_add(topics, topic, -1)
      guard unsafe rd_kafka_subscribe(consumer, topics) == RD_KAFKA_RESP_ERR_NO_ERROR else { throw MockFailure() }
      var found: [Int] = []
      var silent = 0
      while silent < (found.count < count ? 60 : 1) {
        guard let message = unsafe rd_kafka_consumer_poll(consumer, 1000) else {
          silent += 1
          continue
        }
        defer { unsafe rd_kafka_message_destroy(message) }
        guard unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR, let payload = unsafe message.pointee.payload
        else { continue }
        silent = 0
        found.append(octets(unsafe Array(UnsafeRawBufferPointer(start: payload, count: message.pointee.len))))
      }
      return found.sorted()
    }
  }
#endif
