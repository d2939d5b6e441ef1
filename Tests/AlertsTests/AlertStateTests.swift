import Alerts
import TestSupport
import Testing

@Suite("An alert's state")
struct AlertStateTests {
  private static let above = AlertCondition(.above, .value(100))
  private static let below = AlertCondition(.below, .value(100))

  /// Returns the events at the times of values, ten seconds apart.
  private func events(
    _ values: [Double?], _ condition: AlertCondition = above, _ timing: AlertTiming = AlertTiming()
  ) -> [AlertState.Event?] {
    var state = AlertState(at: 0)
    return values.enumerated().map { index, value in
      state.advance(value, limit: condition.limit(usual: nil), condition, timing, at: Int64(index) * 10_000)
    }
  }

  @Test("it fires once above the limit, and is over once the value is well below")
  func above() {
    #expect(events([100, 101, 500, 90, 81, 80, 80, 101]) == [nil, .fired, nil, nil, nil, .resolved, nil, .fired])
  }

  @Test("below a limit it is the other way round")
  func below() {
    #expect(events([100, 99, 0, 110, 124, 125, 99], Self.below) == [nil, .fired, nil, nil, nil, .resolved, .fired])
  }

  @Test("what must hold for some time does not fire before, nor after a gap")
  func hold() {
    let timing = AlertTiming(hold: 20)
    #expect(events([101, 101, 101], Self.above, timing) == [nil, nil, .fired])
    #expect(events([101, 101, 100, 101, 101, 101], Self.above, timing) == [nil, nil, nil, nil, nil, .fired])
    #expect(events([101, nil, 101, 101, 101], Self.above, timing) == [nil, nil, nil, nil, .fired])
    let over: [Double?] = [101, 101, 101, 0, 90, 0, 0, 0]
    #expect(events(over, Self.above, timing) == [nil, nil, .fired, nil, nil, nil, nil, .resolved])
  }

  @Test("without a value nothing fires and nothing is over")
  func missing() {
    #expect(events([nil, 101, nil, nil, 0]) == [nil, .fired, nil, nil, .resolved])
    let timing = AlertTiming(hold: 10)
    #expect(events([101, 101, 0, nil, 0, 0], Self.above, timing) == [nil, .fired, nil, nil, nil, .resolved])
    #expect(events([.nan, .infinity, 0]) == [nil, nil, nil])
  }

  @Test("it is told again only where that is wanted")
  func repetition() {
    let values: [Double?] = [101, 101, 101, 90, nil, 101, 0]
    #expect(events(values) == [.fired, nil, nil, nil, nil, nil, .resolved])
    let timing = AlertTiming(repeatInterval: 20)
    #expect(events(values, Self.above, timing) == [.fired, nil, .repeated, nil, .repeated, nil, .resolved])
  }

  @Test("a clock that is set back delays nothing for longer than it must hold")
  func clock() {
    var state = AlertState(at: 1_000_000)
    let timing = AlertTiming(hold: 20)
    #expect(state.advance(101, limit: 100, Self.above, timing, at: 1_000_000) == nil)
    #expect(state.advance(101, limit: 100, Self.above, timing, at: 500_000) == nil)
    #expect(state.advance(101, limit: 100, Self.above, timing, at: 520_000) == .fired)
  }

  @Test("after a restart what fires, fires, and what was about to, begins again")
  func restored() {
    var state = AlertState(at: 0)
    let timing = AlertTiming(hold: 10)
    _ = state.advance(101, limit: 100, Self.above, timing, at: 0)
    #expect(state.restored.phase == .ok)
    _ = state.advance(101, limit: 100, Self.above, timing, at: 10_000)
    #expect(state.restored == state)
    _ = state.advance(0, limit: 100, Self.above, timing, at: 20_000)
    #expect(state.phase == .clearing)
    var restored = state.restored
    #expect(restored.phase == .firing)
    #expect(restored.advance(101, limit: 100, Self.above, timing, at: 30_000) == nil)
  }

  @Test("messages take turns, none comes before its time, and each is about what the values were")
  func properties() {
    let seed = runSeed("ALERT_SEED")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let direction: AlertCondition.Direction = random.below(2) == 0 ? .above : .below
      let condition = AlertCondition(direction, .value(100), clear: Double(1 + random.below(100)) / 100)
      let timing = AlertTiming(hold: random.below(4) * 15)
      var state = AlertState(at: 0)
      var now: Int64 = 0
      var isFiring = false
      // Start of the current run of values over the limit, and of cleared values.
      var (over, back): (Int64?, Int64?) = (nil, nil)
      for _ in 0..<60 {
        now += Int64(random.below(30_000))
        let value: Double? = random.below(10) == 0 ? nil : Double(random.below(250))
        over = value.map { condition.fires($0, 100) } ?? false ? over ?? now : nil
        back = value.map { condition.clears($0, 100) } ?? false ? back ?? now : nil
        let hold = Int64(timing.hold) * 1000
        let event = state.advance(value, limit: 100, condition, timing, at: now)
        let expected: AlertState.Event? =
          if !isFiring, let over, now - over >= hold {
            .fired
          } else if isFiring, let back, now - back >= hold {
            .resolved
          } else {
            nil
          }
        #expect(event == expected, "ALERT_SEED=\(seed)")
        if event != nil { isFiring = event == .fired }
        // Values before a change do not count for the next change.
        if event == .fired { back = nil }
        if event == .resolved { over = nil }
        #expect(state.isFiring == isFiring, "ALERT_SEED=\(seed)")
        #expect((state.fired != nil) == isFiring, "ALERT_SEED=\(seed)")
      }
    }
  }
}
