import FlowOutput
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("A bounded queue", .ownThread)
struct BoundedQueueTests {
  @Test("a thread that can wait never has more in the queue than it asks for, and loses nothing")
  func limit() {
    let queue = BoundedQueue<Int>(capacity: 64)
    let pushed = Atomic(0)
    let total = 5000
    let pusher = Thread {
      for number in 0..<total {
        queue.push(number, behind: 3)
        pushed.store(number + 1, ordering: .sequentiallyConsistent)
      }
      queue.close()
    }
    pusher.start()
    var popped = 0
    while true {
      // At most three wait.
      #expect(pushed.load(ordering: .sequentiallyConsistent) <= popped + 3)
      guard let number = queue.pop() else { break }
      #expect(number == popped)
      popped += 1
    }
    #expect(popped == total)
  }
}
