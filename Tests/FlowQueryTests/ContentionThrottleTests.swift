import FlowQuery
import Testing

@Suite("Giving way on a contended core")
struct ContentionThrottleTests {
  private typealias Usage = ContentionThrottle.Usage

  /// A thread and its core, simulated.
  private final class Core {
    /// Nanoseconds.
    var usage: Usage? = Usage(ran: 7_000_000, waited: 3_000_000)
    var sleeps: [Int64] = []
    var slept: Int64 { sleeps.reduce(0, +) }

    func throttle() -> ContentionThrottle {
      ContentionThrottle(usage: { self.usage }, sleep: { self.sleeps.append($0) })
    }

    /// Milliseconds.
    func use(run: Double, wait: Double) {
      usage?.ran += Int64(run * 1_000_000)
      usage?.waited += Int64(wait * 1_000_000)
    }
  }

  /// Returns the part of the core that a thread gets in many units of work.
  private func share(_ units: [(run: Double, wait: Double)]) -> Double {
    let core = Core()
    var throttle = core.throttle()
    var (ran, waited) = (0.0, 0.0)
    for _ in 0..<100 {
      for unit in units {
        core.use(run: unit.run, wait: unit.wait)
        throttle.giveWay { false }
        ran += unit.run
        waited += unit.wait
      }
    }
    return ran / (ran + waited + Double(core.slept) / 1_000_000)
  }

  @Test("beside a busy thread it takes an eighth of the core, in units of any length", arguments: [1, 3, 20, 400])
  func busy(_ milliseconds: Double) {
    let share = share([(run: milliseconds, wait: milliseconds)])
    #expect(share > 0.12 && share < 0.13, "\(share)")
  }

  @Test("time slices that are longer than a unit of work do not change that much")
  func slices() {
    // The scheduler lets it run for three units, and then the other thread.
    let share = share([(run: 1, wait: 0), (run: 1, wait: 0), (run: 1, wait: 3)])
    #expect(share > 0.1 && share < 0.2, "\(share)")
  }

  @Test("beside several busy threads it takes still less")
  func severalBusy() {
    let share = share([(run: 10, wait: 30)])
    #expect(share > 0.03 && share < 0.05, "\(share)")
  }

  @Test("it sleeps neither on an idle core, nor while others get all they want, nor for the disk")
  func idle() {
    #expect(share([(run: 10, wait: 0)]) == 1)
    #expect(share([(run: 10, wait: 0.01)]) > 0.998)
    #expect(share([(run: 10, wait: 2.5)]) == 0.8)
    // A wait for the disk counts neither as run nor as waited.
    #expect(share([(run: 0, wait: 0)]).isNaN)
  }

  @Test("what was spared on an idle core is not credited to a contended one")
  func credit() {
    let core = Core()
    var throttle = core.throttle()
    core.use(run: 5000, wait: 0)
    throttle.giveWay { false }
    core.use(run: 10, wait: 10)
    throttle.giveWay { false }
    #expect(core.slept == 60_000_000)
  }

  @Test("it sleeps at most 50 ms at a time, and ends at once when the query is cancelled")
  func cancelled() {
    let core = Core()
    var throttle = core.throttle()
    core.use(run: 1000, wait: 1000)
    throttle.giveWay { core.sleeps.count == 3 }
    #expect(core.sleeps == [50_000_000, 50_000_000, 50_000_000])
  }

  @Test("without the kernel's figures it never sleeps")
  func unknown() {
    let core = Core()
    core.usage = nil
    var throttle = core.throttle()
    core.usage = Usage(ran: 0, waited: 1_000_000_000)
    throttle.giveWay { false }
    #expect(core.sleeps.isEmpty)
  }

  @Test("the kernel's figures are read from a line")
  func parsing() {
    #expect(Usage(parsing: "86413 2560641 2\n") == Usage(ran: 86_413, waited: 2_560_641))
    #expect(Usage(parsing: "0 0 0\n") == Usage(ran: 0, waited: 0))
    for text in ["", "12\n", "x 1 2\n"] { #expect(Usage(parsing: text) == nil) }
  }
}
