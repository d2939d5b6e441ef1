import FlowQuery
import TestSupport
import Testing

@Suite("Memory of questions")
struct ScanMemoryTests {
  // Measures the memory of the whole process, so it runs in its own.
  @Test("What is large returns to the system, whatever was allocated after it")
  func large() async {
    await #expect(processExitsWith: .success) {
      ScanMemory.share(heaps: 2)
      // By default, the C library would take the next ones of this size from the heap.
      ScanMemoryTests.allocateAndFree()
      let before = try residentOctets()
      var small: [[UInt8]] = []
      var large: [[UInt8]] = []
      // As large as batches of flows.
      for _ in 0..<256 {
        large.append([UInt8](repeating: 1, count: 512 << 10))
        small.append([UInt8](repeating: 1, count: 1000))
      }
      let most = try residentOctets()
      large.removeAll()
      #expect(most - before > 100 << 20)
      #expect(try residentOctets() - before < 40 << 20)
      #expect(small.allSatisfy { $0.count == 1000 })
    }
  }

  @inline(never)
  private static func allocateAndFree() {
    let columns = (0..<4).map { _ in [UInt8](repeating: 1, count: 4 << 20) }
    #expect(columns.count == 4)
  }
}
