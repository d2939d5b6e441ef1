import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing
import Waiting

@Suite("Waits with a limit of time", .ownThread)
struct TimedSemaphoreTests {
  @Test("each signal ends one wait, whether it comes before or meanwhile, and no signal ends none")
  func signals() {
    let semaphore = TimedSemaphore()
    #expect(!semaphore.wait(until: .now() + 0.01))
    for _ in 0..<3 { semaphore.signal() }
    for _ in 0..<3 { #expect(semaphore.wait(until: .now())) }
    #expect(!semaphore.wait(until: .now()))
    Thread.detachNewThread { semaphore.signal() }
    #expect(semaphore.wait(until: .distantFuture))
  }

  @Test("threads that signal and threads that wait, all at once: as many waits end as there were signals")
  func manyThreads() {
    let (semaphore, group) = (TimedSemaphore(), DispatchGroup())
    let ended = Atomic(0)
    let (threads, rounds) = (4, 2_000)
    for _ in 0..<threads {
      group.enter()
      Thread.detachNewThread {
        for _ in 0..<rounds { semaphore.signal() }
        group.leave()
      }
      group.enter()
      Thread.detachNewThread {
        for _ in 0..<rounds where semaphore.wait(until: .distantFuture) { ended.add(1, ordering: .relaxed) }
        group.leave()
      }
    }
    group.wait()
    #expect(ended.load(ordering: .relaxed) == threads * rounds)
    #expect(!semaphore.wait(until: .now()))
  }

  @Test("an event ends all waits, earlier and later ones, and may happen twice")
  func event() {
    let (event, group) = (Event(), DispatchGroup())
    let seen = Atomic(0)
    #expect(!event.wait(until: .now() + 0.01))
    for _ in 0..<4 {
      group.enter()
      Thread.detachNewThread {
        if event.wait(until: .distantFuture) { seen.add(1, ordering: .relaxed) }
        group.leave()
      }
    }
    event.happen()
    event.happen()
    group.wait()
    event.wait()
    #expect(event.wait(until: .now()))
    #expect(seen.load(ordering: .relaxed) == 4)
  }

  @Test("one that somebody has waited for in vain, or nobody, can be released")
  func released() {
    for waits in [false, true] {
      let (semaphore, event) = (TimedSemaphore(), Event())
      if waits {
        #expect(!semaphore.wait(until: .now() + 0.001))
        #expect(!event.wait(until: .now() + 0.001))
      }
    }
  }
}
