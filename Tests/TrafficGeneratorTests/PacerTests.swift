import Testing
import TrafficGenerator

@Suite("Pacing")
struct PacerTests {
  /// Simulates a sender: sleeping takes up to `oversleep` nanoseconds longer than requested, and sending takes `cost`.
  private func send(
    _ units: UInt64, rate: Double, batch: Int, oversleep: UInt64, cost: UInt64, seed: UInt64, stall: UInt64 = 0
  ) -> [UInt64] {
    var random = SeededGenerator(seed: seed)
    var pacer = Pacer(rate: rate)
    var clock: UInt64 = 0
    var unit: UInt64 = 0
    var times: [UInt64] = []
    while unit < units {
      let wait = pacer.wait(before: unit, count: batch, elapsed: clock)
      if wait > 0 { clock += wait + UInt64.random(in: 0...oversleep, using: &random) }
      times.append(clock)
      clock += cost
      unit += UInt64(batch)
      if stall > 0, unit == units / 2 { clock += stall }
    }
    return times
  }

  /// Returns the maximum number of messages in any interval of this length.
  private func peak(_ times: [UInt64], within length: UInt64) -> Int {
    var first = 0
    var most = 0
    for (last, time) in times.enumerated() {
      while times[first] + length <= time { first += 1 }
      most = max(most, last - first + 1)
    }
    return most
  }

  @Test("keeps the rate however badly the sender sleeps", arguments: [1_000.0, 50_000, 1_000_000, 3_000_000])
  func rate(rate: Double) throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    let units = UInt64(rate) / 20 * 20
    let times = send(units, rate: rate, batch: 20, oversleep: 90_000, cost: 3_000, seed: seed)
    let last = try #require(times.last)
    #expect(last >= UInt64(Double(units - 20) / rate * 1e9), "never ahead of the schedule")
    #expect(last < 1_002_000_000, "and not behind: \(last)")
  }

  @Test("sends no bursts: half a millisecond holds what it should, twice that while catching up")
  func bursts() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    // 50 messages are due every half millisecond; then the sender is suspended for 100 ms.
    let smooth = send(2_000_000, rate: 2_000_000, batch: 20, oversleep: 60_000, cost: 1_000, seed: seed)
    #expect(peak(smooth, within: Pacer.burst) <= 60)
    let stalled = send(
      2_000_000, rate: 2_000_000, batch: 20, oversleep: 60_000, cost: 1_000, seed: seed, stall: 100_000_000)
    #expect(peak(stalled, within: Pacer.burst) <= 210)
    let last = try #require(stalled.last)
    #expect(last < 1_002_000_000, "caught up by the end: \(last)")
  }

  @Test("waits for nothing when there is no rate")
  func unlimited() {
    var pacer = Pacer(rate: 0)
    #expect(pacer.wait(before: 1_000_000, count: 10, elapsed: 0) == 0)
    #expect(pacer.due(.max) == 0)
  }

  @Test("a rate so low that the schedule leaves 64 bits waits long, and does not trap")
  func glacial() {
    var pacer = Pacer(rate: 1e-9)
    #expect(pacer.wait(before: .max, count: 1, elapsed: 1) == UInt64(Int64.max))
  }
}
