import Alerts
import TestSupport
import Testing

@Suite("All alerts together")
struct AlertBoardTests {
  private static let condition = AlertCondition(.above, .value(10))

  private static func reading(_ name: String, of subject: String = "", _ value: Double?) -> AlertReading {
    AlertReading(AlertKey(name, subject), value, condition)
  }

  @Test("those that fire come first, and subjects that are ok are not kept")
  func order() {
    var board = AlertBoard()
    let pending = AlertReading(AlertKey("c"), 11, Self.condition, AlertTiming(hold: 60))
    let changes = board.advance(
      [
        Self.reading("a", 1), Self.reading("b", of: "192.0.2.1", 1), Self.reading("b", of: "192.0.2.2", 11), pending,
        Self.reading("d", 11),
      ], at: 1000)
    #expect(changes.map(\.alert.key) == [AlertKey("b", "192.0.2.2"), AlertKey("d")])
    #expect(board.all.map(\.key) == [AlertKey("b", "192.0.2.2"), AlertKey("d"), AlertKey("c"), AlertKey("a")])
    #expect(board.firing.map(\.key.name) == ["b", "d"])
    let over = board.advance([Self.reading("b", of: "192.0.2.2", 0)], at: 5000)
    #expect(over.map(\.event) == [.resolved])
    #expect(over.first?.fired == 1000)
    #expect(board.all.map(\.key.name) == ["d", "c", "a"])
  }

  @Test("a rule that is removed while it fires is over, and one that did not is gone silently")
  func removed() {
    var board = AlertBoard()
    _ = board.advance([Self.reading("a", 11), Self.reading("b", 1)], at: 0)
    #expect(board.remove(at: 1000) { _ in true }.map { $0.alert.key.name } == ["a"])
    #expect(board.all.isEmpty)
  }

  @Test("however many senders are forged, there is a bound on alerts and messages")
  func bound() {
    var board = AlertBoard()
    let readings = (0..<2000).map { Self.reading("silent", of: "10.0.\($0 >> 8).\($0 & 255)", 11) }
    #expect(board.advance(readings, at: 0).count == AlertBoard.maximumSubjects)
    #expect(board.all.count == AlertBoard.maximumSubjects)
    #expect(board.advance(readings, at: 1000).isEmpty)
    // Each name has its own limit.
    #expect(board.advance([Self.reading("loss", of: "10.0.0.1", 11)], at: 2000).count == 1)
  }

  @Test("what fired before a restart is not told again, and is over once")
  func restart() {
    var board = AlertBoard()
    _ = board.advance([Self.reading("a", 11)], at: 1000)
    var next = AlertBoard(restoring: board.firing)
    #expect(next.advance([Self.reading("a", 12)], at: 60_000).isEmpty)
    let over = next.advance([Self.reading("a", 0)], at: 70_000)
    #expect(over.map(\.event) == [.resolved])
    #expect(over.first?.fired == 1000)
  }

  @Test("a multiple of the usual value has a floor, and needs a usual value")
  func usual() {
    let above = AlertCondition(.above, .usual(multiple: 3, floor: 50))
    #expect(above.limit(usual: nil) == nil)
    #expect(above.limit(usual: 2) == 50)
    #expect(above.limit(usual: 100) == 300)
    let below = AlertCondition(.below, .usual(multiple: 0.5, floor: 50))
    #expect(below.limit(usual: 100) == 50)
    #expect(below.limit(usual: 49) == 0)
    #expect(!below.fires(0, 0))
    #expect(below.clears(0, 0))
  }
}
