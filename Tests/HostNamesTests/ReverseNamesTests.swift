import Dispatch
import HostNames
import NetworkBytes
import Synchronization
import TestSupport
import Testing

@Suite("Names of addresses", .ownThread)
struct ReverseNamesTests {
  private static func address(_ number: Int) -> IPAddress { IPAddress(high: 0, low: 0xffff << 32 | UInt64(number + 1)) }

  @Test("ten thousand addresses have their names, each looked up once, by no more threads than allowed")
  func many() {
    struct Seen {
      var count = 0
      var busy = 0
      var most = 0
    }
    let seen = Mutex(Seen())
    let reverse = ReverseNames(wait: 600, mostAddresses: 10_000, mostThreads: 8) { address in
      seen.withLock {
        $0.count += 1
        $0.busy += 1
        $0.most = max($0.most, $0.busy)
      }
      defer { seen.withLock { $0.busy -= 1 } }
      // Every third address has none.
      return address.low % 3 == 0 ? nil : "host-\(address)"
    }
    let addresses = (0..<10_000).map(Self.address)
    for _ in 0..<2 {
      let names = reverse.names(of: addresses + addresses.prefix(100))
      #expect(names.count == addresses.count { $0.low % 3 != 0 })
      #expect(names.allSatisfy { $0.value == "host-\($0.key)" })
    }
    #expect(seen.withLock { $0.count } == 10_000)
    #expect((1...8).contains(seen.withLock { $0.most }))
  }

  @Test("what is slow is not waited for, and is there for the next answer")
  func slow() async throws {
    let gate = DispatchSemaphore(value: 0)
    let (quick, slow) = (Self.address(0), Self.address(1))
    let reverse = ReverseNames(wait: 0.05, mostThreads: 2) { address in
      if address == slow { gate.wait() }
      return "name of \(address)"
    }
    // The fast lookup may be late on a busy machine; the slow one is never in time.
    let first = reverse.names(of: [quick, slow])
    #expect(first[slow] == nil)
    gate.signal()
    try await eventually("the names that came late") {
      reverse.beginAnswer()
      return reverse.names(of: [quick, slow]).count == 2
    }
  }

  @Test("an answer has one time for all that it asks, and asks nothing new after it")
  func deadline() async throws {
    let asked = Mutex<Set<IPAddress>>([])
    let gate = DispatchSemaphore(value: 0)
    let reverse = ReverseNames(wait: 0.05, mostThreads: 1) { address in
      asked.withLock { _ = $0.insert(address) }
      if address == Self.address(0) { gate.wait() }
      return "x"
    }
    #expect(reverse.names(of: [Self.address(0)]).isEmpty)
    // The time limit has passed: the only thread is idle after the first address.
    #expect(reverse.names(of: [Self.address(1)]).isEmpty)
    gate.signal()
    try await eventually("the name that came late") { !reverse.names(of: [Self.address(0)]).isEmpty }
    #expect(reverse.names(of: [Self.address(1)]).isEmpty)
    #expect(asked.withLock { $0 } == [Self.address(0)])
  }

  @Test("no more addresses are looked up than allowed, for each answer anew")
  func bounded() {
    let count = Atomic(0)
    let reverse = ReverseNames(wait: 600, mostAddresses: 100, mostThreads: 4) { _ in
      count.add(1, ordering: .relaxed)
      return "x"
    }
    let addresses = (0..<1000).map(Self.address)
    #expect(reverse.names(of: addresses).count == 100)
    #expect(count.load(ordering: .relaxed) == 100)
    reverse.beginAnswer()
    #expect(reverse.names(of: Array(addresses.prefix(50))).count == 50)
  }

  @Test("what was found holds for its time, also that there is no name")
  func lifetime() {
    for (lifetime, count) in [(3600.0, 2), (0, 4)] {
      let asked = Atomic(0)
      let reverse = ReverseNames(wait: 600, lifetime: lifetime) { address in
        asked.add(1, ordering: .relaxed)
        return address == Self.address(0) ? "x" : nil
      }
      for _ in 0..<2 {
        reverse.beginAnswer()
        let names = reverse.names(of: [Self.address(0), Self.address(1)])
        #expect(names == [Self.address(0): "x"])
      }
      #expect(asked.load(ordering: .relaxed) == count, "\(lifetime)")
    }
  }

  @Test("no name is asked for `::`, and nothing at all costs no thread")
  func nothing() {
    let reverse = ReverseNames(wait: 600) { _ in "x" }
    #expect(reverse.names(of: [.unspecified]).isEmpty)
    #expect(reverse.names(of: []).isEmpty)
  }

  @Test("the system knows this host's own name, and none of a host that cannot be")
  func system() throws {
    let addresses = try SystemResolver.addresses(of: "localhost")
    #expect(
      addresses.contains(IPAddress(high: 0, low: 0xffff_7f00_0001)) || addresses.contains(IPAddress(high: 0, low: 1)))
    #expect(Set(addresses).count == addresses.count)
    // A name that no resolver accepts (RFC 6761 §6.4).
    let error = #expect(throws: SystemResolver.Failure.self) { try SystemResolver.addresses(of: "a.invalid") }
    #expect(error?.description.isEmpty == false)
  }
}
