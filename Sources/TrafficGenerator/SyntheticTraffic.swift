public import FlowModel
import NetFlow
public import NetworkBytes

/// Generates the flows of a site's border router; the same seed gives the same flows.
///
/// Hosts inside (10.0.0.0/8, fd00:10::/32) communicate with peers outside and with each other, some far more than most
/// (Zipf), with common services over TCP, UDP and ICMP, and volumes that are mostly small and sometimes very large
/// (Pareto). Each conversation gives two flows, one per direction; some continue over several records, as split by an
/// active timeout.
public struct SyntheticTraffic: Sendable {
  public struct Model: Sendable {
    /// Hosts inside and peers outside, at least 1 and at most 2^24 each.
    public var hosts = 4_096
    public var peers = 65_536
    /// Share of conversations over IPv6, 0 to 1.
    public var ipv6Share = 0.1
    /// Share of records that continue an earlier flow, 0 to 1.
    public var continuedShare = 0.3

    public init() {}
  }

  public let seed: UInt64
  public let model: Model
  private var random: SeededGenerator
  private let services: AliasTable
  private let hostRanks: AliasTable
  private let peerRanks: AliasTable
  /// Conversations that may continue; the oldest is overwritten first.
  private var recent: [Conversation] = []
  private var oldest = 0
  /// Index in `recent` of the newest conversation while its other direction is still to come.
  private var unanswered: Int?

  private static let remembered = 4_096

  public init(seed: UInt64, model: Model = Model()) {
    self.seed = seed
    self.model = model
    random = SeededGenerator(seed: seed)
    services = AliasTable(weights: Service.common.map { Double($0.weight) })
    hostRanks = AliasTable(zipf: min(max(model.hosts, 1), 1 << 24))
    peerRanks = AliasTable(zipf: min(max(model.peers, 1), 1 << 24))
    recent.reserveCapacity(Self.remembered)
  }

  /// Returns the next flow record, as an exporter would send it at `now` (milliseconds since 1970 UTC): it ends before,
  /// and begins after the record that it continues.
  public mutating func next(at now: UnixMilliseconds) -> FlowRecord {
    if let index = unanswered {
      unanswered = nil
      return record(of: index, reply: true, now: now)
    }
    // A new conversation takes two records, so the probability refers to steps, not records.
    let continues = 2 * model.continuedShare / (1 + model.continuedShare)
    if !recent.isEmpty, random.chance(continues) {
      return record(of: Int(random.below(UInt64(recent.count))), reply: random.next() & 1 == 0, now: now)
    }
    let index = remember(newConversation())
    unanswered = index
    return record(of: index, reply: false, now: now)
  }

  private mutating func remember(_ conversation: Conversation) -> Int {
    if recent.count < Self.remembered {
      recent.append(conversation)
      return recent.count - 1
    }
    let index = oldest
    recent[index] = conversation
    oldest = (oldest + 1) % Self.remembered
    return index
  }

  private mutating func newConversation() -> Conversation {
    let service = Service.common[services.draw(&random)]
    let isLocal = random.chance(0.15)
    var conversation = Conversation()
    conversation.protocolIdentifier = service.protocolIdentifier
    conversation.isLocal = isLocal
    conversation.isV6 = random.chance(model.ipv6Share)
    conversation.host = UInt32(hostRanks.draw(&random))
    conversation.peer = UInt32(isLocal ? hostRanks.draw(&random) : peerRanks.draw(&random))
    conversation.isSmall = service.isSmall
    conversation.typeOfService = Conversation.typesOfService[Int(random.below(8))]
    if service.protocolIdentifier == 1 {
      conversation.protocolIdentifier = conversation.isV6 ? 58 : 1
    } else {
      conversation.servicePort = service.port == 0 ? UInt16(1_024 + random.below(64_512)) : service.port
      conversation.clientPort = UInt16(32_768 + random.below(28_232))
    }
    return conversation
  }

  private mutating func record(of index: Int, reply: Bool, now: UnixMilliseconds) -> FlowRecord {
    var record = recent[index].endpoints(reply: reply)
    let previousEnd = reply ? recent[index].replyEnd : recent[index].requestEnd
    if let previousEnd {
      // Continued: from the last record until just now, as split by the active timeout.
      record.start = min(previousEnd + 1, now)
      record.end = max(record.start, now - Int64(random.below(500)))
      record.endReason = 2
    } else {
      let ended = random.chance(0.6)
      record.end = now - (ended ? Int64(random.below(2_000)) : 15_000 + Int64(random.below(1_000)))
      record.start = record.end - min(Int64(60 / random.fraction()), 60_000)
      record.endReason = ended ? 3 : 1
    }
    count(recent[index], reply: reply, continued: previousEnd != nil, in: &record)
    if record.packets == 1 { record.start = record.end }
    if reply { recent[index].replyEnd = record.end } else { recent[index].requestEnd = record.end }
    return record
  }

  /// Packets, octets and TCP flags.
  private mutating func count(
    _ conversation: Conversation, reply: Bool, continued: Bool, in record: inout FlowRecord
  ) {
    var packets: UInt64
    var size: UInt64
    if conversation.isSmall {
      packets = 1 + UInt64(random.next().leadingZeroBitCount)
      size = 60 + random.below(120)
    } else {
      packets = UInt64(min(2 / random.fraction(), 2_000_000))  // Pareto with exponent 1
      size = reply ? 400 + random.below(1_000) : 40 + random.below(180) + random.below(180)
    }
    if continued { packets = packets * 8 + 10 }
    record.packets = packets
    record.octets = packets * size
    guard conversation.protocolIdentifier == 6 else { return }
    let choices = packets == 1 ? Conversation.singlePacketFlags : Conversation.flags
    record.tcpFlags = continued ? 0x18 : choices[Int(random.below(UInt64(choices.count)))]
  }
}
