import Alerts
import NetworkBytes
import TestSupport
import Testing

@Suite("What alerts learn from counters, addresses and other days")
struct WatchTests {
  private static let exporter = IPAddress(v4: 0xc000_0201)

  private static func sample(
    last: Int64, first: Int64 = 0, datagrams: UInt64 = 1001, arrived: UInt64 = 0, lost: UInt64 = 0
  ) -> ExporterSample {
    ExporterSample(
      address: exporter, firstSeen: first, lastSeen: last, datagrams: datagrams, arrived: arrived, lost: lost)
  }

  private func silence(
    _ sample: ExporterSample, at now: Int64, started: Int64 = 0, isSilent: Bool = false
  ) -> (silent: Double, limit: Double)? {
    ExporterWatch.silence([sample], minimum: 300, since: started, at: now) { _ in isSilent }
      .first.map { ($0.silent, $0.limit) }
  }

  @Test("an exporter is silent after ten of its usual intervals, and some minutes at least")
  func intervals() throws {
    // One datagram per second.
    let busy = try #require(silence(Self.sample(last: 1_000_000), at: 1_301_000))
    #expect((busy.silent, busy.limit) == (301, 300))
    // One datagram every two minutes.
    let slow = try #require(silence(Self.sample(last: 1_200_000, datagrams: 11), at: 1_300_000))
    #expect((slow.silent, slow.limit) == (100, 1200))
  }

  @Test("few datagrams make no exporter, and one that was silent for a week is not expected any more")
  func unexpected() {
    #expect(silence(Self.sample(last: 1000, datagrams: 9), at: 500_000) == nil)
    #expect(silence(Self.sample(last: 1000), at: 7 * 86_400_000 + 1000) == nil)
  }

  @Test("while the collector was away nobody was silent, but who was silent before still is")
  func restart() {
    let sample = Self.sample(last: 1_000_000)
    #expect(silence(sample, at: 5_000_000, started: 4_990_000)?.silent == 10)
    #expect(silence(sample, at: 5_000_000, started: 4_990_000, isSilent: true)?.silent == 4000)
  }

  @Test("loss is the share of the last minutes, and comes to nothing when it ends")
  func loss() {
    var watch = ExporterWatch()
    var (arrived, lost): (UInt64, UInt64) = (5000, 700)
    var shares: [Double?] = []
    for minute in 0..<20 {
      let sample = Self.sample(last: 0, arrived: arrived, lost: lost)
      shares.append(watch.loss([sample], at: Int64(minute) * 60_000).first?.percent)
      arrived += 900
      if (5..<10).contains(minute) { lost += 100 }
    }
    #expect(shares[0...5].allSatisfy { $0 == 0 }, "what was lost before says nothing: \(shares)")
    #expect(shares[10] == 10)
    #expect(shares[16...].allSatisfy { $0 == 0 }, "\(shares)")
  }

  @Test("of few units no share is known, and what arrives late takes back a loss")
  func fewUnits() {
    var watch = ExporterWatch()
    _ = watch.loss([Self.sample(last: 0, arrived: 100)], at: 0)
    #expect(watch.loss([Self.sample(last: 0, arrived: 101, lost: 1)], at: 1000).first?.percent == .some(nil))
    #expect(watch.loss([Self.sample(last: 0, arrived: 102, lost: 0)], at: 2000).first?.percent == 0)
    // An exporter whose counters restart.
    #expect(watch.loss([Self.sample(last: 0, arrived: 5, lost: 0)], at: 3000).first?.percent == 0)
  }

  @Test("a counter's growth is that of the last five minutes, without what it was at first")
  func growth() {
    var watch = CounterWatch()
    #expect(watch.growth(1000, at: 0) == 0)
    #expect(watch.growth(1003, at: 10_000) == 3)
    #expect(watch.growth(1003, at: 309_000) == 3)
    #expect(watch.growth(1003, at: 310_000) == 0)
    #expect(watch.growth(5, at: 320_000) == 0)
  }

  @Test("a source is new as long as its first appearance is in the window, and again after the memory's length")
  func newAddresses() {
    var known = KnownAddresses(memory: 3_600_000)
    let (a, b) = (IPAddress(v4: 1), IPAddress(v4: 2))
    known.learn([a], in: 0..<600_000)
    #expect(known.note([a, b], in: 600_000..<900_000) == 1)
    #expect(known.note([a, b], in: 700_000..<1_000_000) == 1)
    #expect(known.note([a, b], in: 900_000..<1_200_000) == 0)
    #expect(known.note([b], in: 4_000_000..<4_300_000) == 0)
    // `a` was last seen at 1200 s: an hour later it is new.
    #expect(known.note([a, b], in: 4_900_000..<5_200_000) == 1)
    known.expire(at: 200_000_000)
    #expect(known.count == 0)
  }

  @Test("usual is the median of the same hour on seven days before")
  func usual() {
    let now: Int64 = 1_767_225_600_000 + 20 * 86_400_000 + 5_000_000
    let hour = UsualValues.hour(of: now)
    #expect(hour == 1_767_225_600_000 + 20 * 86_400_000 + 3_600_000)
    let windows = UsualValues.windows(at: hour, window: 300_000)
    #expect(windows.count == 7)
    #expect(windows.allSatisfy { $0.count == 12 })
    #expect(windows[0].first == (hour - 86_400_000)..<(hour - 86_400_000 + 300_000))
    #expect(windows[6].last?.upperBound == hour - 7 * 86_400_000 + 3_600_000)
    // Short windows sample the hour; long ones begin with it.
    #expect(
      UsualValues.windows(at: hour, window: 10_000)[0].map { $0.lowerBound - hour + 86_400_000 }.max() == 3_300_000)
    #expect(UsualValues.windows(at: hour, window: 7_200_000)[0].count == 1)
    #expect(UsualValues.median([5, 1]) == nil)
    #expect(UsualValues.median([5, 1, 2]) == 2)
    #expect(UsualValues.median([5, 1, 2, 1000]) == 3.5)
  }

  @Test(
    "names are such that labels and variables can have them",
    arguments: [
      ("dns-1_a.b", true), ("0", true), (String(repeating: "a", count: 64), true), ("", false), ("-a", false),
      ("a b", false),
      ("a\"b", false), ("ä", false), ("a\n", false), (String(repeating: "a", count: 65), false),
    ])
  func names(name: String, isName: Bool) {
    #expect(AlertRule.isName(name) == isName)
  }
}
