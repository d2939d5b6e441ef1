import Journal
import Testing

@Suite("Retries at startup")
struct RetryTests {
  private struct Fault: Error {
    var isTransient: Bool
  }

  @Test("give up at once if an error cannot disappear")
  func permanent() {
    var attempts = 0
    #expect(throws: Fault.self) {
      try Retry.reading(
        { () throws(Fault) in
          attempts += 1
          throw Fault(isTransient: false)
        }, if: \.isTransient)
    }
    #expect(attempts == 1)
  }

  @Test("try again after errors of the disk")
  func transient() throws {
    var attempts = 0
    let value = try Retry.reading(
      { () throws(Fault) in
        attempts += 1
        if attempts < 3 { throw Fault(isTransient: true) }
        return attempts
      }, if: \.isTransient)
    #expect(value == 3)
  }
}
