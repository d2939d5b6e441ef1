import FlowFilter
import FlowModel

extension FuzzTarget {
  /// Filters: a valid filter prints as text that parses to the same filter, with the same result for every flow.
  package static let filter = FuzzTarget("filter", longest: 1024, seeds: { FilterMaker.seeds }) {
    octets throws(FuzzViolation) in
    try judge(String(decoding: octets, as: UTF8.self))
    try judge(FilterMaker.text(octets))
  }

  private static func judge(_ text: String) throws(FuzzViolation) {
    guard let filter = try? FlowFilter(parsing: text) else { return }
    let printed = filter.description
    let again: FlowFilter
    do throws(FilterError) {
      again = try FlowFilter(parsing: printed)
    } catch {
      throw FuzzViolation("\(printed) of \(text): \(error)")
    }
    try FuzzViolation.check(again.description == printed, "\(printed) prints as \(again)")
    for record in records {
      let origin = FlowOrigin(exporter: record.source, domain: 1, version: 9)
      try FuzzViolation.check(
        filter.matches(record, from: origin, collector: "a") == again.matches(record, from: origin, collector: "a"),
        "\(text) and \(printed) differ")
    }
  }

  private static let records: [FlowRecord] = {
    var (least, greatest) = (FlowRecord(), FlowRecord())
    (greatest.octets, greatest.packets, greatest.samplingRate) = (.max, .max, .max)
    (greatest.start, greatest.end) = (.min, .max)
    greatest.transportWord = .max
    greatest.traitsWord = .max
    greatest.routeWord = .max
    least.tcpFlags = 2
    return [least, greatest]
  }()
}

/// Generates filters from choices of the language's words.
private enum FilterMaker {
  private static let columns = FlowColumn.allCases.compactMap(\.filterPhrase)
  private static let words =
    columns + [
      "src", "dst", "and", "or", "not", "(", ")", "in", "[", "]", "ip", "net", "port", "proto", "tcp", "udp", "icmp6",
      "any",
      "ipv4", "ipv6", "flags", "S", "0x12", "nat", "as", "if", "vlan", "mpls", "label1", "app", "ident", "duration",
      "bps",
      "pps", "bpp", "10.0.0.1", "10/8", "2001:db8::/32", "::", "::ffff:1.2.3.4/100", "/", "255.0.0.0", "0", "1",
      "65535",
      "65536", "18446744073709551615", "18446744073709551616", "5k", "3M", "=", ">", "<", ">=", "<=", "!=", ",", "-",
      "\"a b\"", "'c'", "\"", "\\", "#", "\n", "00:1b:44:11:3a:b7", "3:80", "@include x", "next", "bgpnext", "router",
      "tos", "dscp", "egress", "event", "mac", "exporter", "observation domain id", "流",
    ]

  static func text(_ octets: [UInt8]) -> String {
    var choices = Choices(octets)
    var text = ""
    while !choices.isEmpty { text += choices.pick(words) + (choices.isOne(in: 8) ? "" : " ") }
    return text
  }

  static let seeds = [
    "src net 10.0.0.0/8 and dst port in [80 443] or not proto udp", "bytes > 5k and (flags SA or as 65000)",
    "mpls label1 = 100 and mac 00:1b:44:11:3a:b7", "app \"3:80\" and ident 'host' and duration >= 1000",
  ].map { Array($0.utf8) }
}
