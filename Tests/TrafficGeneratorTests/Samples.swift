import FlowModel
import NetFlow
import NetworkBytes
import TrafficGenerator

/// Returns a record in which every exported field has a distinct value.
func sampleRecord(ipv6: Bool = false) -> FlowRecord {
  var record = FlowRecord()
  record.source = ipv6 ? IPAddress(high: 0x2001_0db8 << 32, low: 1) : IPAddress(v4: 0x0a01_0203)
  record.destination = ipv6 ? IPAddress(high: 0x2001_0db8 << 32, low: 2) : IPAddress(v4: 0xc633_6407)
  record.nextHop = ipv6 ? IPAddress(high: 0xfe80 << 48, low: 9) : IPAddress(v4: 0xc000_0201)
  record.sourcePort = 49_152
  record.destinationPort = 443
  record.protocolIdentifier = 6
  record.typeOfService = 0xb8
  record.tcpFlags = 0x11b
  record.direction = 2
  record.ingressInterface = 0x102
  record.egressInterface = 0x304
  record.octets = 0x1_0000_0002
  record.packets = 0x0003_0004
  record.start = bootTime + 3_600_250
  record.end = bootTime + 3_601_500
  record.endReason = 3
  record.sourceAS = 64_512
  record.destinationAS = 4_200_000_001
  record.sourceMask = 24
  record.destinationMask = 17
  record.sourceVLAN = 120
  record.destinationVLAN = 121
  record.sourceMAC = 0x0200_0000_0001
  record.destinationMAC = 0x0200_0000_0002
  return record
}

/// 2023-11-14 22:13:20 UTC.
let bootTime: Int64 = 1_700_000_000_000

func encoder(
  _ version: ExportVersion, _ change: (inout MessageEncoder.Configuration) -> Void = { _ in }
) throws -> MessageEncoder {
  var configuration = MessageEncoder.Configuration(version: version)
  configuration.bootTime = bootTime
  change(&configuration)
  return try MessageEncoder(configuration)
}

func hexadecimal(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Returns `text` without white space, so that vectors can be laid out like the wire format.
func compact(_ text: String) -> String { text.filter { !$0.isWhitespace } }
