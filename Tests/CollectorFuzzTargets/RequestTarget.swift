import Collector
package import FuzzTargets

extension FuzzTarget {
  /// Parameters of API queries: accepted, or refused with a 400 that gives the reason. The first octet selects the
  /// query.
  package static let request = FuzzTarget(
    "request", longest: 2048, seeds: { RequestMaker.seeds }
  ) { octets throws(FuzzViolation) in
    try ask(octets.first.map { Int($0) } ?? 0, String(decoding: octets.dropFirst(), as: UTF8.self))
    var choices = Choices(octets)
    try ask(Int(choices.octet()), RequestMaker.query(&choices))
  }

  private static func ask(_ number: Int, _ query: String) throws(FuzzViolation) {
    let names = QuestionCheck.names
    do throws(APIError) {
      try QuestionCheck.read(names[number % names.count], query[...], now: 1_750_000_000_000)
    } catch {
      try FuzzViolation.check(error.status == 400 && !error.message.isEmpty, "\(query): \(error)")
    }
  }
}

/// Generates query strings from choices: parameter names with valid and invalid values.
private enum RequestMaker {
  private static let names = [
    "window", "filter", "scale", "committed", "whole", "zone", "by", "n", "sort", "bidirectional", "history", "p95",
    "bin",
    "bin_by", "columns", "split", "x",
  ]
  private static let values = [
    "", "1", "0", "200", "-1", "99999999999999999999", "last+1h", "last 292000000y", "today", "now",
    "2026-01-01..2026-01-02",
    "2026-03-29T02:30..", "..", "9999-12-31..", "0001-01-01..9999-12-31", "-292277022657-01-27..", "Europe/Berlin",
    "UTC",
    "America/Lord_Howe", "GMT+25", "src_addr", "src_addr/24/48,proto", "proto", "bytes", "1s", "5m", "1w", "auto",
    "0.5s",
    "spread", "start", "src+ip+10.0.0.1", "any%0Aand", "%ff", "%", "time_start", "time_start,src_addr", "src_addr/129",
    "%00",
    "last 0s", "last 9223372036854775807s", "1970-01-01..1970-01-02", "2026-10-25T02:30..2026-10-25T03:30", "yesterday",
  ]

  static func query(_ choices: inout Choices) -> String {
    var parts: [String] = []
    while !choices.isEmpty, parts.count < 12 { parts.append("\(choices.pick(names))=\(choices.pick(values))") }
    return parts.joined(separator: "&")
  }

  static let seeds = [
    "\u{0}window=last+1h&by=src_addr/24/48&n=5&history=100&p95=1&filter=dst+port+53",
    "\u{1}window=2026-01-01..2026-01-02&bin=5m&bin_by=spread&zone=Europe/Berlin",
    "\u{2}columns=src_addr,bytes&sort=time_start",
  ].map { Array($0.utf8) }
}
