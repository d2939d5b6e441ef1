import FlowModel
import NetFlow
public import NetworkBytes

/// Test exporters without a socket: encoded synthetic traffic, and when to send it.
///
/// The sender's loop, with `elapsed` in nanoseconds and `now` in milliseconds since 1970 UTC:
///
///     while !generator.isFinished {
///       wait for generator.wait(elapsed: elapsed)
///       generator.next(at: now, into: &message)
///       send message
///     }
public struct FlowGenerator: Sendable {
  /// Number of flow records generated.
  public private(set) var sentFlows: UInt64 = 0
  /// Number of messages generated.
  public private(set) var sentMessages: UInt64 = 0
  /// Octets in those messages, without UDP and IP headers.
  public private(set) var sentOctets: UInt64 = 0
  /// Index of the exporter of the last message, from 0.
  public private(set) var exporter = 0

  /// One for each exporter; each sends in turn.
  private var encoders: [MessageEncoder]
  private var traffic: SyntheticTraffic
  private var pacer: Pacer
  private let flows: UInt64
  /// Generated but not encoded yet.
  private var pending: [FlowRecord] = []
  /// Number of records offered to the encoder at a time.
  private let batch: Int

  /// - Parameters:
  ///   - traffic: its IPv6 share is treated as 0 for NetFlow v5.
  ///   - flows: number of records to send.
  ///   - exporters: exporters, which take turns; their domains are consecutive.
  ///   - rate: records per second; 0 for unlimited. Messages that would take more than a second to fill are sent with
  ///     fewer records.
  public init(
    _ configuration: MessageEncoder.Configuration, seed: UInt64, model: SyntheticTraffic.Model = .init(),
    exporters: Int = 1, flows: UInt64, rate: Double
  ) throws(ExportError) {
    precondition(exporters > 0)
    encoders = []
    for number in 0..<exporters {
      var own = configuration
      own.domain &+= UInt32(truncatingIfNeeded: number)
      encoders.append(try MessageEncoder(own))
    }
    var model = model
    if configuration.version == .netFlow5 { model.ipv6Share = 0 }
    traffic = SyntheticTraffic(seed: seed, model: model)
    pacer = Pacer(rate: rate)
    self.flows = flows
    let full = encoders[0].maximumRecords
    batch = rate > 0 && rate < Double(full) ? max(1, Int(rate)) : full
    pending.reserveCapacity(batch)
  }

  /// Records that the protocol cannot represent, which were skipped.
  public var unsupportedRecords: UInt64 { encoders.reduce(0) { $0 &+ $1.unsupportedRecords } }

  /// Whether all flows were generated.
  public var isFinished: Bool { sentFlows >= flows }

  /// When the next message is due, nanoseconds since the start.
  public var due: UInt64 { pacer.due(sentFlows) }

  /// Returns the time to wait before the next message, nanoseconds; call once per message.
  public mutating func wait(elapsed: UInt64) -> UInt64 {
    pacer.wait(before: sentFlows, count: batch, elapsed: elapsed)
  }

  /// Replaces the content of `message` with the next message; empty when all flows were sent.
  ///
  /// - Parameter now: time of sending, milliseconds since 1970 UTC; flow times are just before.
  public mutating func next(at now: UnixMilliseconds, into message: inout [UInt8]) {
    let wanted = Int(min(UInt64(batch), flows - min(sentFlows, flows)))
    // Moved out of `self` while its span is borrowed.
    var records: [FlowRecord] = []
    swap(&records, &pending)
    while records.count < wanted { records.append(traffic.next(at: now)) }
    exporter = Int(sentMessages % UInt64(encoders.count))
    let taken = encoders[exporter].encode(records.span, at: now, into: &message)
    records.removeFirst(taken)
    swap(&records, &pending)
    guard taken > 0 else { return }
    sentFlows += UInt64(taken)
    sentMessages += 1
    sentOctets += UInt64(message.count)
  }
}

extension MessageEncoder {
  /// Maximum number of records in a message without templates.
  var maximumRecords: Int {
    let room = configuration.maximumMessageSize - configuration.version.headerLength
    return configuration.version == .netFlow5
      ? min(30, room / Self.v5RecordLength)
      : (room - 4) / min(templates.ipv4.recordLength, templates.ipv6.recordLength)
  }
}
