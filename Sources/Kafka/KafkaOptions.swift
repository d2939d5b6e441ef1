// Kafka: takes the rows of committed files into a topic.
//
//     KafkaOptions.swift           which cluster, which topic, what messages are
//     KafkaDestination.swift       a file's rows as messages, until all are acknowledged
//     Live/                        rows as they leave the cache, and which of a file's rows were acknowledged that way
//     KafkaShipment.swift          one attempt at a file
//     KafkaProducer.swift          librdkafka; all of this module's calls of it, and only in a build with the trait Kafka
//     MessageBatch.swift           messages that are handed over together
//     FlowMessage*.swift           goflow2's protobuf message, written
//     flow.proto                   the same for readers

public import FlowModel

/// A cluster, a topic in it, and what messages are.
public struct KafkaOptions: Hashable, Sendable {
  /// What a message is; each is one row.
  public enum Format: String, CaseIterable, Hashable, Sendable {
    /// goflow2's `FlowMessage`, with its length in front.
    case protobuf
    /// A JSON object.
    case json
  }

  /// How a message's partition follows from its key, the exporter's address; librdkafka's names.
  public enum Partitioner: String, CaseIterable, Hashable, Sendable {
    case random
    case consistent
    case consistentRandom = "consistent_random"
    /// As Java's clients do it.
    case murmur2
    case murmur2Random = "murmur2_random"
    case fnv1a
    case fnv1aRandom = "fnv1a_random"
  }

  public enum Compression: String, CaseIterable, Hashable, Sendable {
    case none, gzip, snappy, lz4, zstd
  }

  /// How many copies of a message there are when it is acknowledged.
  public enum Acknowledgements: String, CaseIterable, Hashable, Sendable {
    /// On all replicas that are in sync.
    case all
    /// On the leader.
    case leader = "1"
  }

  /// `HOST:PORT` of some brokers.
  public var brokers: [String] = []
  public var topic = "flows"
  public var format = Format.protobuf
  /// Of JSON.
  public var names = FieldNames.sagflow
  public var partitioner = Partitioner.murmur2Random
  public var acknowledgements = Acknowledgements.all
  /// Whether a message that is sent again after a lost acknowledgement is stored once; only with all acknowledgements.
  public var isIdempotent = true
  /// zstd is smaller and takes as much processor time again as all the rest.
  public var compression = Compression.lz4
  /// Longest that a message waits for others in its batch, milliseconds.
  public var linger = 100
  /// Octets of messages that are on their way at most.
  public var maximumQueue = 64 << 20
  /// Longest that a row may wait for its acknowledgement until the file is tried again later, seconds.
  public var timeout = 60
  public var clientName = "sagflow"
  /// Whether rows are sent as they leave the cache. Those that are not acknowledged then come from the committed files, without it all.
  public var isLive = true

  /// Whether connections are encrypted, and the broker's certificate checked.
  public var isEncrypted = false
  /// A file of certificates to trust; empty: the system's.
  public var authorityFile = ""
  /// Of a client's certificate and its key; empty: none.
  public var certificateFile = ""
  public var keyFile = ""
  /// PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: no user.
  public var mechanism = ""
  public var user = ""
  /// The file with the user's password; empty: the environment's SAGFLOW_KAFKA_PASSWORD.
  public var passwordFile = ""
  /// Further properties of librdkafka by name, without secrets.
  public var properties: [String: String] = [:]

  public init() {}

  /// The same for one of several that share its memory.
  func sharing(_ part: Int) -> KafkaOptions {
    var options = self
    options.maximumQueue = maximumQueue / part
    return options
  }

  /// Of `properties`, what would be a secret in a configuration; nil: none is.
  public var secretProperty: String? {
    properties.keys.sorted().first { name in ["password", "secret", ".pem", "sasl.jaas"].contains { name.contains($0) }
    }
  }

  /// The properties that librdkafka gets, but for the password.
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
