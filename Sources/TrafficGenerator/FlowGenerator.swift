import FlowModel
import NetFlow
public import NetworkBytes

/// A test exporter without its socket: synthetic traffic, encoded, and when to send what.
///
/// The sender's loop, with `elapsed` in nanoseconds and `now` in milliseconds since 1970 UTC:
///
///     while !generator.isFinished {
///       wait for generator.wait(elapsed: elapsed)
///       generator.next(at: now, into: &message)
///       send message
///     }
public struct FlowGenerator: Sendable {
  /// Flow records in messages made so far.
  public private(set) var sentFlows: UInt64 = 0
  /// Messages made so far.
  public private(set) var sentMessages: UInt64 = 0
  /// Octets in those messages, without UDP and IP headers.
  public private(set) var sentOctets: UInt64 = 0
  public private(set) var encoder: MessageEncoder

  private var traffic: SyntheticTraffic
  private var pacer: Pacer
  private let flows: UInt64
  /// Made and not yet encoded.
  private var pending: [FlowRecord] = []
  /// Records offered to the encoder at a time.
  private let batch: Int

  /// - Parameters:
  ///   - traffic: for NetFlow v5 its IPv6 share is taken as 0.
  ///   - flows: how many records to send in all.
  ///   - rate: records a second; 0: as fast as possible. Messages that would fill more slowly than in a second go out
  ///     with fewer records.
  public init(
    _ configuration: MessageEncoder.Configuration, seed: UInt64, model: SyntheticTraffic.Model = .init(),
    flows: UInt64, rate: Double
  ) throws(ExportError) {
    encoder = try MessageEncoder(configuration)
    var model = model
    if configuration.version == .netFlow5 { model.ipv6Share = 0 }
    traffic = SyntheticTraffic(seed: seed, model: model)
    pacer = Pacer(rate: rate)
    self.flows = flows
    let full = encoder.maximumRecords
    batch = rate > 0 && rate < Double(full) ? max(1, Int(rate)) : full
    pending.reserveCapacity(batch)
  }

  /// Whether all flows are in messages.
  public var isFinished: Bool { sentFlows >= flows }

  /// When the next message is due, nanoseconds since the start.
  public var due: UInt64 { pacer.due(sentFlows) }

  /// How long to wait, in nanoseconds, before the next message; ask once a message.
  public mutating func wait(elapsed: UInt64) -> UInt64 {
    pacer.wait(before: sentFlows, count: batch, elapsed: elapsed)
  }

  /// Puts the next message in place of what `message` held; leaves it empty when all flows are sent.
  ///
  /// - Parameter now: when the message is sent, milliseconds since 1970 UTC; flow times are just before.
  public mutating func next(at now: UnixMilliseconds, into message: inout [UInt8]) {
    let wanted = Int(min(UInt64(batch), flows - min(sentFlows, flows)))
    // Out of `self` while its span is borrowed.
    var records: [FlowRecord] = []
    swap(&records, &pending)
    while records.count < wanted { records.append(traffic.next(at: now)) }
    let taken = encoder.encode(records.span, at: now, into: &message)
    records.removeFirst(taken)
    swap(&records, &pending)
    guard taken > 0 else { return }
    sentFlows += UInt64(taken)
    sentMessages += 1
    sentOctets += UInt64(message.count)
  }
}

extension MessageEncoder {
  /// Records that a message without templates can hold at most.
  var maximumRecords: Int {
    let room = configuration.maximumMessageSize - configuration.version.headerLength
    return configuration.version == .netFlow5
      ? min(30, room / Self.v5RecordLength)
      : (room - 4) / min(templates.ipv4.recordLength, templates.ipv6.recordLength)
  }
}
