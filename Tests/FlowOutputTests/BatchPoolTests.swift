import FlowModel
import FlowOutput
import Testing

@Suite("Empty batches to be used again")
struct BatchPoolTests {
  private static func batch(_ capacity: Int) -> FlowBatch {
    var batch = FlowBatch(capacity: capacity)
    batch.records.append(FlowRecord())
    return batch
  }

  private static func capacity(_ batch: borrowing FlowBatch) -> Int { batch.records.capacity }

  /// Gives batches for about so many records back.
  private static func fill(_ pool: borrowing BatchPool, _ capacities: [Int]) {
    for capacity in capacities {
      var batch = Self.batch(capacity)
      pool.giveBack(&batch)
    }
  }

  @Test("The last one comes first, empty, and no more are kept than there is room for")
  func order() {
    let pool = BatchPool(capacity: 3)
    Self.fill(pool, [1000, 2000, 3000, 4000])
    for least in [3000, 2000, 1000] {
      let batch = pool.take(capacity: 1)
      let (count, capacity) = (batch.count, batch.records.capacity)
      #expect(count == 0)
      #expect(capacity >= least && capacity < least + 1000)
    }
    // A new one has the room that was asked for.
    #expect(Self.capacity(pool.take(capacity: 7000)) >= 7000)
  }

  @Test("Those that were not needed between two calls are freed, the oldest first, but for two")
  func trim() {
    let pool = BatchPool(capacity: 9)
    Self.fill(pool, [1000, 2000, 3000, 4000, 5000])
    pool.trim()
    // Three are needed at once.
    var last = pool.take(capacity: 1)
    var middle = pool.take(capacity: 1)
    var early = pool.take(capacity: 1)
    pool.giveBack(&early)
    pool.giveBack(&middle)
    pool.giveBack(&last)
    pool.trim()
    for least in [5000, 4000, 3000] { #expect(Self.capacity(pool.take(capacity: 1)) >= least) }
    #expect(Self.capacity(pool.take(capacity: 1)) < 1000)
    Self.fill(pool, [1000, 2000, 3000])
    pool.trim()
    pool.trim()
    for least in [3000, 2000] { #expect(Self.capacity(pool.take(capacity: 1)) >= least) }
    #expect(Self.capacity(pool.take(capacity: 1)) < 1000)
  }
}
