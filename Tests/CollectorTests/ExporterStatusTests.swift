import Collector
import Foundation
import NetFlow
import NetworkBytes
import Testing

@Suite("The status of exporters")
struct ExporterStatusTests {
  /// - Parameter times: first and last datagram, seconds since 1970.
  private static func session(
    _ address: String, port: UInt16 = 1, version: UInt16 = 9, domain: UInt32 = 0, datagrams: UInt64 = 1,
    records: UInt64 = 0, lost: UInt64 = 0, times: (Double, Double) = (1000, 1000)
  ) -> SessionSummary {
    let exporter = Endpoint(address: IPAddress(address) ?? IPAddress(v4: 0), port: port)
    var session = SessionSummary(key: SessionKey(exporter: exporter, version: version, domain: domain))
    session.counters.datagrams = datagrams
    session.counters.flowRecords = records
    session.counters.sequence.lost = lost
    (session.firstSeen, session.lastSeen) = (Int64(times.0 * 1e9), Int64(times.1 * 1e9))
    return session
  }

  private static func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

  // MARK: Rates

  @Test("a speed is that of the last half minute to minute")
  func rates() {
    var rates = SessionRates(started: Self.time(0))
    for second in stride(from: 0.0, through: 600, by: 10) {
      // Ten datagrams per second for five minutes, then a hundred.
      let datagrams = second <= 300 ? second * 10 : 3000 + (second - 300) * 100
      let session = Self.session(
        "10.0.0.1", datagrams: UInt64(datagrams), records: UInt64(datagrams * 3), times: (0, second))
      rates.note([session], at: Self.time(second))
      let speed = rates.perSecond(session, at: Self.time(second))
      if (60...300).contains(second) || second >= 370 {
        #expect((speed.datagrams, speed.records) == (second <= 300 ? (10, 30) : (100, 300)), "\(second)")
      }
    }
  }

  @Test("a new session's speed counts from its first datagram")
  func youngSession() {
    var rates = SessionRates(started: Self.time(0))
    for second in stride(from: 0.0, through: 600, by: 10) { rates.note([], at: Self.time(second)) }
    let session = Self.session("10.0.0.1", datagrams: 50, times: (595, 600))
    #expect(rates.perSecond(session, at: Self.time(600)).datagrams == 10)
    let first = Self.session("10.0.0.1", datagrams: 1, times: (600, 600))
    #expect(rates.perSecond(first, at: Self.time(600)).datagrams == 1)
  }

  @Test("a clock that is set back, and a session that begins anew, give no negative speed")
  func clockStep() {
    var rates = SessionRates(started: Self.time(1000))
    rates.note([Self.session("10.0.0.1", datagrams: 100)], at: Self.time(1040))
    rates.note([Self.session("10.0.0.1", datagrams: 100)], at: Self.time(10))
    let speed = rates.perSecond(Self.session("10.0.0.1", datagrams: 90), at: Self.time(20))
    #expect(speed.datagrams == 0)
  }

  // MARK: The list

  @Test("sessions of an address are one exporter, and the busiest come first")
  func grouping() {
    let sessions = [
      Self.session("10.0.0.1", port: 2, datagrams: 2, records: 5, lost: 1, times: (10, 20)),
      Self.session("10.0.0.2", datagrams: 1, records: 9, times: (5, 6)),
      Self.session("10.0.0.1", port: 1, datagrams: 3, records: 3, lost: 2, times: (8, 15)),
    ]
    let list = ExporterList(sessions, rates: SessionRates(started: Self.time(0)), at: Self.time(20))
    #expect(list.count == 2)
    #expect(list.exporters.map(\.address) == ["10.0.0.2", "10.0.0.1"])
    let second = list.exporters[1]
    #expect((second.datagrams, second.records, second.lost, second.sessionCount) == (5, 8, 3, 2))
    #expect((second.firstSeen, second.lastSeen) == (Self.time(8), Self.time(20)))
    #expect(second.sessions.map(\.port) == [1, 2])
  }

  @Test("an answer has a bound, however many send")
  func bounds() {
    let many = (0..<UInt32(ExporterList.maximumExporters + 10)).map { index in
      Self.session("10.\(index >> 16).\(index >> 8 & 255).\(index & 255)", records: UInt64(index))
    }
    let list = ExporterList(many, rates: SessionRates(started: Self.time(0)), at: Self.time(2000))
    #expect(list.count == many.count)
    #expect(list.exporters.count == ExporterList.maximumExporters)
    #expect(list.exporters.first?.records == UInt64(many.count - 1))
    let ports = (0..<UInt16(ExporterList.maximumSessions + 5)).map { Self.session("10.0.0.1", port: $0, records: 1) }
    let one = ExporterList(ports, rates: SessionRates(started: Self.time(0)), at: Self.time(2000)).exporters.first
    #expect(one?.sessions.count == ExporterList.maximumSessions)
    #expect(one?.sessionCount == ports.count)
    #expect(one?.records == UInt64(ports.count))
  }

  // MARK: Metrics

  private static func series(_ sessions: [SessionSummary], _ metrics: inout ExporterMetrics) -> [String: Double] {
    var text = MetricsText()
    metrics.append(sessions, to: &text)
    return text.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { series, line in
      let sides = line.split(separator: " ")
      series[String(sides[0])] = Double(sides[1])
    }
  }

  @Test("exporters beyond a number share a series, and a series keeps its meaning")
  func boundedLabels() {
    var metrics = ExporterMetrics()
    let first = (0..<ExporterMetrics.maximumCount).map {
      Self.session("10.0.\($0 >> 8).\($0 & 255)", records: 1)
    }
    _ = Self.series(first, &metrics)
    // Forged senders with lower addresses.
    let forged = (0..<500).map { Self.session("1.0.\($0 >> 8).\($0 & 255)", datagrams: 2, records: 10) }
    let series = Self.series(first + forged, &metrics)
    let records = series.filter { $0.key.hasPrefix("sagflow_exporter_records_total") }
    #expect(records.count == ExporterMetrics.maximumCount + 1)
    #expect(records["sagflow_exporter_records_total{exporter=\"10.0.0.7\"}"] == 1)
    #expect(records["sagflow_exporter_records_total{exporter=\"other\"}"] == 5000)
    #expect(series["sagflow_exporters"] == Double(first.count + forged.count))
    #expect(records.values.reduce(0, +) == 5000 + Double(first.count))
  }

  @Test("label values are escaped, and a metric is described once")
  func text() {
    var metrics = MetricsText()
    metrics.append("a", "gauge", "Help.", labels: [("x", "q\"\\\n")], "1")
    metrics.append("a", "gauge", "Help.", labels: [("x", "y"), ("z", "w")], "2")
    metrics.append("b", "counter", "More.", "3")
    #expect(
      metrics.text == """
        # HELP a Help.
        # TYPE a gauge
        a{x="q\\"\\\\\\n"} 1
        a{x="y",z="w"} 2
        # HELP b More.
        # TYPE b counter
        b 3

        """)
  }

  // MARK: Health

  @Test("a worker whose heartbeat stands still for ten seconds is named")
  func standstill() {
    var vitals = ServiceVitals(started: Self.time(0))
    let start = ContinuousClock.now
    #expect(vitals.stalled([1, 1], at: start) == [])
    #expect(vitals.stalled([2, 1], at: start + .seconds(9)) == [])
    #expect(vitals.stalled([3, 1], at: start + .seconds(11)) == [1])
    #expect(vitals.stalled([3, 2], at: start + .seconds(12)) == [])
    #expect(vitals.stalled([3, 3], at: start + .seconds(22)) == [0])
  }
}
