import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing
import TrafficGenerator

@Suite(
  "tshark reads the messages as they were meant", .tags(.engine), .unlessFast,
  .enabled(if: Tool.isInstalled("tshark"), "tshark is missing"))
struct TsharkTests {
  /// A tshark field, and its expected value for a record.
  private typealias Column = (field: String, value: (FlowRecord) -> String)

  @Test("every field of every record, and the header's", arguments: ExportVersion.allCases)
  func fields(version: ExportVersion) async throws {
    let tshark = try #require(Tool("tshark"))
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    let encoder = try encoder(version) {
      $0.domain = 0x0102
      $0.samplingInterval = 64
      $0.fields = [.vlans, .macAddresses]
      $0.templateInterval = 3
    }
    let stream = ExportStream(encoder, seed: seed, flows: 400)
    let folder = try TemporaryFolder()
    let capture = try folder.write(stream.capture, as: "export.pcap")
    let columns = header(version) + perRecord(version) + ["_ws.expert.message"]
    let output = try await tshark.run(
      [
        "-n", "-r", capture, "-d", "udp.port==2055,cflow", "-t", "ud", "-T", "fields", "-E", "separator=|",
        "-E", "aggregator=;",
      ] + columns.flatMap { ["-e", $0] })
    let lines = output.split(separator: "\n")
    try #require(lines.count == stream.messages.count)
    for (line, message) in zip(lines, stream.messages) {
      let got = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      let want = headerValues(version, message) + recordValues(version, message) + [""]
      for (column, (got, want)) in zip(columns, zip(got, want)) {
        #expect(got == want, "seed \(seed), sequence \(message.sequence), \(column)")
      }
    }
  }

  private func header(_ version: ExportVersion) -> [String] {
    let common = ["cflow.version", "cflow.sequence", version == .ipfix ? "cflow.exporttime" : "cflow.unix_secs"]
    return switch version {
    case .netFlow5:
      common + [
        "cflow.sysuptime", "cflow.unix_nsecs", "cflow.engine_type", "cflow.engine_id",
        "cflow.samplingmode", "cflow.samplerate",
      ]
    case .netFlow9: common + ["cflow.sysuptime", "cflow.source_id"]
    case .ipfix: common + ["cflow.len", "cflow.od_id"]
    }
  }

  private func headerValues(_ version: ExportVersion, _ message: ExportStream.Message) -> [String] {
    let seconds = message.time / 1_000
    let common = ["\(version.rawValue)", "\(message.sequence)", "\(seconds)"]
    return switch version {
    case .netFlow5:
      common + [decimal(message.time - bootTime), "\(message.time % 1_000 * 1_000_000)", "1", "2", "1", "64"]
    case .netFlow9: common + [decimal(seconds * 1_000 - bootTime), "258"]
    case .ipfix: common + ["\(message.octets.count)", "258"]
    }
  }

  private func columns(_ version: ExportVersion) -> [Column] {
    let narrow = version == .netFlow5
    var columns: [Column] = [
      ("cflow.protocol", { "\($0.protocolIdentifier)" }),
      ("cflow.srcport", { "\($0.sourcePort)" }),
      (
        "cflow.dstport",
        { [narrow] in "\(narrow && $0.protocolIdentifier == 1 ? UInt16($0.icmpType) << 8 : $0.destinationPort)" }
      ),
      ("cflow.tos", { "0x" + hexadecimal([$0.typeOfService]) }),
      ("cflow.inputint", { "\($0.ingressInterface)" }),
      ("cflow.outputint", { "\($0.egressInterface)" }),
      ("cflow.octets", { "\(narrow ? min($0.octets, 0xffff_ffff) : $0.octets)" }),
      ("cflow.packets", { "\($0.packets)" }),
      ("cflow.srcas", { "\(narrow && $0.sourceAS > 0xffff ? 23_456 : $0.sourceAS)" }),
      ("cflow.dstas", { "\(narrow && $0.destinationAS > 0xffff ? 23_456 : $0.destinationAS)" }),
      ("cflow.timedelta", { decimal($0.end - $0.start) }),
    ]
    if version == .ipfix {
      columns.append(("cflow.abstimestart", { date($0.start) }))
      columns.append(("cflow.abstimeend", { date($0.end) }))
    } else {
      columns.append(("cflow.timestart", { decimal($0.start - bootTime) }))
      columns.append(("cflow.timeend", { decimal($0.end - bootTime) }))
    }
    guard !narrow else { return columns }
    return columns + [
      ("cflow.direction", { "\($0.direction - 1)" }),
      ("cflow.flow_end_reason", { "\($0.endReason)" }),
      ("cflow.vlanid", { "\($0.sourceVLAN)" }),
      ("cflow.post_vlanid", { "\($0.destinationVLAN)" }),
      ("cflow.srcmac", { mac($0.sourceMAC) }),
      ("cflow.dstmac", { mac($0.destinationMAC) }),
    ]
  }

  /// Returns fields present in records of only one family.
  private func familyColumns(ipv4: Bool) -> [Column] {
    let suffix = ipv4 ? "" : "v6"
    return [
      ("cflow.srcaddr" + suffix, { "\($0.source)" }),
      ("cflow.dstaddr" + suffix, { "\($0.destination)" }),
      ("cflow.nexthop" + suffix, { ipv4 && $0.nextHop.isUnspecified ? "0.0.0.0" : "\($0.nextHop)" }),
      ("cflow.srcmask" + suffix, { "\($0.sourceMask)" }),
      ("cflow.dstmask" + suffix, { "\($0.destinationMask)" }),
    ]
  }

  private func perRecord(_ version: ExportVersion) -> [String] {
    (columns(version) + familyColumns(ipv4: true) + familyColumns(ipv4: false)).map(\.field)
  }

  private func recordValues(_ version: ExportVersion, _ message: ExportStream.Message) -> [String] {
    let all = columns(version).map { column in message.records.map(column.value).joined(separator: ";") }
    return [true, false].reduce(all) { values, ipv4 in
      let records = message.records.filter { $0.source.isV4 == ipv4 }
      return values + familyColumns(ipv4: ipv4).map { column in records.map(column.value).joined(separator: ";") }
    }
  }
}

/// Formats milliseconds as tshark shows relative times.
private func decimal(_ milliseconds: Int64) -> String {
  let fraction = String(milliseconds % 1_000)
  return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction + "000000"
}

/// Formats milliseconds since 1970 as tshark shows absolute times with TZ=UTC.
private func date(_ milliseconds: Int64) -> String {
  let formatter = DateFormatter()
  formatter.locale = Locale(identifier: "en_US_POSIX")
  formatter.timeZone = TimeZone(identifier: "UTC")
  formatter.dateFormat = "MMM d, yyyy HH:mm:ss.SSS"
  return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000)) + "000000 UTC"
}

private func mac(_ address: UInt64) -> String {
  stride(from: 40, through: 0, by: -8).map { hexadecimal([UInt8(truncatingIfNeeded: address >> UInt64($0))]) }
    .joined(separator: ":")
}
