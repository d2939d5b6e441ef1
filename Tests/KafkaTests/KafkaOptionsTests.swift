import Kafka
import Shipping
import Testing

@Suite("What an output to Kafka is set to")
struct KafkaOptionsTests {
  private static func properties(_ options: KafkaOptions) -> [String: String] {
    Dictionary(options.allProperties.map { ($0.name, $0.value) }) { _, last in last }
  }

  @Test("is what librdkafka gets; ours come first, so that further properties override them")
  func properties() {
    var options = KafkaOptions()
    options.brokers = ["a:9092", "b:9092"]
    options.properties = ["linger.ms": "5", "socket.keepalive.enable": "true"]
    let properties = Self.properties(options)
    #expect(properties["bootstrap.servers"] == "a:9092,b:9092")
    #expect(properties["acks"] == "all" && properties["enable.idempotence"] == "true")
    #expect(properties["linger.ms"] == "5" && properties["socket.keepalive.enable"] == "true")
    #expect(properties["security.protocol"] == "plaintext")
    #expect(properties["queue.buffering.max.kbytes"] == "65536")
  }

  @Test("fewer acknowledgements are without idempotence, which needs all")
  func acknowledgements() {
    var options = KafkaOptions()
    options.acknowledgements = .leader
    #expect(Self.properties(options)["enable.idempotence"] == "false")
  }

  @Test(
    "encryption and users go together",
    arguments: [
      (false, "", "plaintext"), (true, "", "ssl"), (false, "PLAIN", "sasl_plaintext"), (true, "PLAIN", "sasl_ssl"),
    ])
  func security(isEncrypted: Bool, mechanism: String, expected: String) {
    var options = KafkaOptions()
    options.isEncrypted = isEncrypted
    options.mechanism = mechanism
    #expect(Self.properties(options)["security.protocol"] == expected)
    #expect(Self.properties(options)["sasl.password"] == nil)
  }

  @Test("what failed decides what is done next")
  func remedies() {
    func remedy(_ code: Int32) -> ShippingFailure.Remedy { KafkaFailure(code: code, text: "").remedy }
    #expect(remedy(-192) == .retry && remedy(-195) == .retry && remedy(-187) == .retry && remedy(6) == .retry)
    #expect(remedy(3) == .wait && remedy(58) == .wait && remedy(-181) == .wait && remedy(29) == .wait)
    #expect(remedy(10) == .setAside)
  }

  @Test("rows are counted once, however often they are acknowledged")
  func rows() {
    var rows = RowSet(rows: 130)
    for row in [0, 63, 64, 129, 64] { rows.insert(row) }
    #expect(rows.count == 4)
    #expect((0..<130).filter(rows.contains) == [0, 63, 64, 129])
  }

  @Test("rows of a set whose end is not known are counted likewise")
  func growingRows() {
    var rows = RowSet()
    #expect(!rows.contains(0))
    #expect([200, 0, 63, 200].map { rows.insert($0) } == [true, true, true, false])
    #expect(rows.count == 3 && rows.rows == 201)
    #expect((0..<500).filter(rows.contains) == [0, 63, 200])
  }

  @Test(
    "a program without Kafka says how to get one that has it",
    .enabled(if: !KafkaDestination.isAvailable, "built with Kafka"))
  func unavailable() async {
    await #expect(throws: ShippingFailure(.wait, KafkaDestination.unavailable)) {
      _ = try await KafkaDestination(KafkaOptions()).test()
    }
  }
}
