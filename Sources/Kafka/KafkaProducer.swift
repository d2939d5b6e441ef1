#if Kafka
  import CRdKafka

  /// A librdkafka producer for one topic. Used by one thread at a time; librdkafka has its own threads.
  ///
  /// Sound: the three handles are valid from `init` to `deinit`, which alone destroys them, and librdkafka may be
  /// called from any thread. Keys and messages are borrowed for the call, which copies them. Texts and events are used
  /// before their owner is destroyed.
  @safe struct KafkaProducer: ~Copyable {
    /// The result of a poll.
    enum Event {
      case nothing
      case deliveries
      case failure(KafkaFailure)
    }

    private let client: OpaquePointer
    private let topic: OpaquePointer
    private let queue: OpaquePointer

    /// Does not connect.
    init(_ options: KafkaOptions, password: String?) throws(KafkaFailure) {
      guard let configuration = unsafe rd_kafka_conf_new() else { throw KafkaFailure(code: -1, text: "no memory") }
      do throws(KafkaFailure) {
        for (name, value) in options.allProperties { try unsafe Self.set(name, value, configuration) }
        if let password, !options.mechanism.isEmpty { try unsafe Self.set("sasl.password", password, configuration) }
      } catch {
        unsafe rd_kafka_conf_destroy(configuration)
        throw error
      }
      // Suppresses librdkafka's own lines on standard error; relevant errors arrive as events.
      unsafe rd_kafka_conf_set_log_cb(configuration, nil)
      unsafe rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
      var text = [CChar](repeating: 0, count: 512)
      let size = text.count
      let made = unsafe text.withUnsafeMutableBufferPointer {
        unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, $0.baseAddress, size)
      }
      guard let client = unsafe made else {
        unsafe rd_kafka_conf_destroy(configuration)
        throw KafkaFailure(code: -1, text: Self.text(text))
      }
      guard let topic = unsafe rd_kafka_topic_new(client, options.topic, nil),
        let queue = unsafe rd_kafka_queue_get_main(client)
      else {
        let failure = KafkaFailure(rd_kafka_last_error())
        unsafe rd_kafka_destroy(client)
        throw failure
      }
      unsafe (self.client, self.topic, self.queue) = (client, topic, queue)
    }

    deinit {
      unsafe rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
      unsafe rd_kafka_queue_destroy(queue)
      unsafe rd_kafka_topic_destroy(topic)
      unsafe rd_kafka_destroy(client)
    }

    private static func set(
      _ name: String, _ value: String, _ configuration: OpaquePointer
    ) throws(KafkaFailure) {
      var text = [CChar](repeating: 0, count: 512)
      let size = text.count
      let result = unsafe text.withUnsafeMutableBufferPointer {
        unsafe rd_kafka_conf_set(configuration, name, value, $0.baseAddress, size)
      }
      if result != RD_KAFKA_CONF_OK { throw KafkaFailure(code: -186, text: Self.text(text)) }
    }

    private static func text(_ octets: [CChar]) -> String {
      String(decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Produces messages without waiting. Those that do not fit stay in the batch.
    ///
    /// - Parameter batch: a message's row, at least 0, is returned with its acknowledgment.
    /// - Returns: the number of messages taken.
    /// - Throws: why a message was refused; it and those not taken stay in the batch.
    borrowing func produce(_ batch: inout MessageBatch, taken: inout Int) throws(KafkaFailure) {
      let count = batch.messages.count
      var refusal: rd_kafka_resp_err_t?
      var left: [MessageBatch.Message] = []
      unsafe withUnsafeTemporaryAllocation(of: rd_kafka_message_t.self, capacity: count) { list in
        for (place, message) in batch.messages.enumerated() {
          let key = batch.key(message.key)
          var entry = unsafe rd_kafka_message_t()
          unsafe entry.len = message.range.count
          unsafe entry.key_len = key.count
          unsafe entry._private = UnsafeMutableRawPointer(bitPattern: message.row + 1)
          unsafe list.initializeElement(at: place, to: entry)
        }
        unsafe batch.octets.withUnsafeBytes { octets in
          unsafe batch.keyOctets.withUnsafeBytes { keys in
            for (place, message) in batch.messages.enumerated() {
              unsafe list[place].payload = UnsafeMutableRawPointer(
                mutating: octets.baseAddress.map { unsafe $0 + message.range.lowerBound })
              let key = batch.key(message.key).lowerBound
              unsafe list[place].key = UnsafeMutableRawPointer(mutating: keys.baseAddress.map { unsafe $0 + key })
            }
            _ = unsafe rd_kafka_produce_batch(topic, -1, RD_KAFKA_MSG_F_COPY, list.baseAddress, Int32(count))
          }
        }
        for place in 0..<count {
          let error = unsafe list[place].err
          if error == RD_KAFKA_RESP_ERR_NO_ERROR { continue }
          left.append(batch.messages[place])
          if error != RD_KAFKA_RESP_ERR__QUEUE_FULL { refusal = refusal ?? error }
        }
      }
      taken += count - left.count
      batch.messages = left
      if let refusal { throw KafkaFailure(refusal) }
    }

    /// Processes one event.
    ///
    /// - Parameters:
    ///   - milliseconds: maximum time to wait for it.
    ///   - delivered: called with the row of each message that is acknowledged or has failed, and the error.
    borrowing func poll(_ milliseconds: Int32, _ delivered: (Int, KafkaFailure?) -> Void) -> Event {
      guard let event = unsafe rd_kafka_queue_poll(queue, milliseconds) else { return .nothing }
      defer { unsafe rd_kafka_event_destroy(event) }
      switch unsafe rd_kafka_event_type(event) {
      case RD_KAFKA_EVENT_DR:
        while let message = unsafe rd_kafka_event_message_next(event) {
          let error = unsafe message.pointee.err
          let row = unsafe Int(bitPattern: message.pointee._private) - 1
          delivered(row, error == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaFailure(error))
        }
        return .deliveries
      case RD_KAFKA_EVENT_ERROR:
        var failure = KafkaFailure(unsafe rd_kafka_event_error(event))
        if let text = unsafe rd_kafka_event_error_string(event) { failure.text = unsafe String(cString: text) }
        return .failure(failure)
      default: return .nothing
      }
    }

    /// Purges unacknowledged messages; each is still reported.
    borrowing func purge() { unsafe rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT) }

    /// Queries a broker about the topic.
    ///
    /// - Parameter milliseconds: maximum time to wait.
    borrowing func describe(_ milliseconds: Int32) throws(KafkaFailure) -> (brokers: Int, partitions: Int) {
      var metadata: UnsafePointer<rd_kafka_metadata>?
      let error = unsafe rd_kafka_metadata(client, 0, topic, &metadata, milliseconds)
      guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let found = unsafe metadata else { throw KafkaFailure(error) }
      defer { unsafe rd_kafka_metadata_destroy(found) }
      guard unsafe found.pointee.topic_cnt > 0 else { throw KafkaFailure(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) }
      let topic = unsafe found.pointee.topics[0]
      let failure = unsafe topic.err
      if failure != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaFailure(failure) }
      return unsafe (Int(found.pointee.broker_cnt), Int(topic.partition_cnt))
    }
  }

  extension KafkaFailure {
    init(_ error: rd_kafka_resp_err_t) {
      let text = unsafe rd_kafka_err2str(error)
      self.init(code: error.rawValue, text: unsafe text.map { unsafe String(cString: $0) } ?? "error \(error.rawValue)")
    }
  }
#endif
