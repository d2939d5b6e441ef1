// Kafka: sends the rows of committed files to a topic.
//
//     KafkaOptions.swift           cluster, topic and message format
//     KafkaDestination.swift       a file's rows as messages, until all are acknowledged
//     Live/                        rows as they leave the cache, and which of a file's rows were acknowledged
//     KafkaShipment.swift          one attempt at a file
//     KafkaProducer.swift          all calls of librdkafka, only in a build with the trait Kafka
//     MessageBatch.swift           messages that are produced together
//     FlowMessage*.swift           encodes goflow2's protobuf message
//     flow.proto                   its schema, for readers

public import FlowModel

/// A cluster, a topic, and the message format.
public struct KafkaOptions: Hashable, Sendable {
  /// The format of a message, which is one row.
  public enum Format: String, CaseIterable, Hashable, Sendable {
    /// goflow2's `FlowMessage`, length-prefixed.
    case protobuf
    /// A JSON object.
    case json
  }

  /// The partitioner, which uses the message key, the exporter's address; librdkafka's names.
  public enum Partitioner: String, CaseIterable, Hashable, Sendable {
    case random
    case consistent
    case consistentRandom = "consistent_random"
    /// Compatible with Java clients.
    case murmur2
    case murmur2Random = "murmur2_random"
    case fnv1a
    case fnv1aRandom = "fnv1a_random"
  }

  public enum Compression: String, CaseIterable, Hashable, Sendable {
    case none, gzip, snappy, lz4, zstd
  }

  /// When a message is acknowledged.
  public enum Acknowledgements: String, CaseIterable, Hashable, Sendable {
    /// When all in-sync replicas have it.
    case all
    /// When the leader has it.
    case leader = "1"
  }

  /// `HOST:PORT` of some brokers.
  public var brokers: [String] = []
  public var topic = "flows"
  public var format = Format.protobuf
  /// Field names in JSON.
  public var names = FieldNames.sagflow
  public var partitioner = Partitioner.murmur2Random
  public var acknowledgements = Acknowledgements.all
  /// Whether a message sent again after a lost acknowledgment is stored once; requires acknowledgments of all replicas.
  public var isIdempotent = true
  /// zstd compresses better, but takes as much CPU time as everything else together.
  public var compression = Compression.lz4
  /// Maximum time that a message waits for others in its batch, milliseconds.
  public var linger = 100
  /// Maximum octets of messages in transit.
  public var maximumQueue = 64 << 20
  /// Maximum time that a row waits for its acknowledgment before the file is retried later, seconds.
  public var timeout = 60
  public var clientName = "sagflow"
  /// Whether rows are sent as they leave the cache. Rows not acknowledged then are sent from committed files; if false,
  /// all are.
  public var isLive = true

  /// Whether to use TLS and verify the broker's certificate.
  public var isEncrypted = false
  /// File of trusted certificates; empty for the system's.
  public var authorityFile = ""
  /// Client certificate and key; empty for none.
  public var certificateFile = ""
  public var keyFile = ""
  /// PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty for no user.
  public var mechanism = ""
  public var user = ""
  /// File with the user's password; if empty, the environment variable SAGFLOW_KAFKA_PASSWORD is used.
  public var passwordFile = ""
  /// Additional librdkafka properties, without secrets.
  public var properties: [String: String] = [:]

  public init() {}

  /// Returns the options for one of several producers that share the memory.
  func sharing(_ part: Int) -> KafkaOptions {
    var options = self
    options.maximumQueue = maximumQueue / part
    return options
  }

  /// The first of `properties` that would put a secret into the configuration; nil if none.
  public var secretProperty: String? {
    properties.keys.sorted().first { name in ["password", "secret", ".pem", "sasl.jaas"].contains { name.contains($0) }
    }
  }

  /// The properties for librdkafka, except the password.
  package var allProperties: [(name: String, value: String)] {
    var all: [(name: String, value: String)] = [
      ("client.id", clientName),
      ("bootstrap.servers", brokers.joined(separator: ",")),
      ("partitioner", partitioner.rawValue),
      ("acks", acknowledgements.rawValue),
      ("enable.idempotence", "\(isIdempotent && acknowledgements == .all)"),
      ("compression.codec", compression.rawValue),
      ("linger.ms", "\(linger)"),
      ("message.timeout.ms", "\(timeout * 1000)"),
      ("queue.buffering.max.kbytes", "\(max(1, maximumQueue >> 10))"),
      ("queue.buffering.max.messages", "\(max(1000, maximumQueue >> 8))"),
    ]
    let hasUser = !mechanism.isEmpty
    all.append(
      ("security.protocol", (hasUser ? "sasl_" : "") + (isEncrypted ? "ssl" : "plaintext")))
    if isEncrypted {
      if !authorityFile.isEmpty { all.append(("ssl.ca.location", authorityFile)) }
      if !certificateFile.isEmpty { all.append(("ssl.certificate.location", certificateFile)) }
      if !keyFile.isEmpty { all.append(("ssl.key.location", keyFile)) }
    }
    if hasUser { all += [("sasl.mechanism", mechanism), ("sasl.username", user)] }
    return all + properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
