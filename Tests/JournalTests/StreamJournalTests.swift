import Capture
import Journal
import NetworkBytes
import TestSupport
import Testing

@Suite("Connections in the journal", .tags(.network), .unlessFast, .ownThread)
struct StreamJournalTests {
  private struct Event: Equatable {
    var octets: Octets
    var source: Endpoint
    var localPort: UInt16
    var arrival: Int64
    var stream: StreamPart?

    init(_ octets: Octets, _ source: Endpoint, _ localPort: UInt16, _ arrival: Int64, _ stream: StreamPart?) {
      (self.octets, self.source, self.localPort) = (octets, source, localPort)
      (self.arrival, self.stream) = (arrival, stream)
    }

    static func of(_ datagram: borrowing Capture.Datagram) -> Event {
      Event(
        datagram.bytes.copied(), datagram.source, datagram.localPort, datagram.arrival, datagram.stream)
    }
  }

  private static let local = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 4739)
  private static let events: [Event] = [IPAddress(v4: 0xc000_0201), IPAddress(high: 0x2001_0db8_0000_0000, low: 7)]
    .enumerated().flatMap { index, address in
      let source = Endpoint(address: address, port: 50_000)
      var (position, events) = (UInt32.max - 20, [Event]())
      // The longest message exceeds the range of IP's length fields.
      for (number, size) in [16, 1400, 65_535, 65_475, 65_476, 65_495, 65_496, 0].enumerated() {
        let event: StreamPart.Event = number == 0 ? .first : size == 0 ? .end : .next
        let part = StreamPart(connection: UInt32(index) &+ .max, event: event, position: position)
        events.append(Event(pattern(size, seed: number), source, 4739, 1_750_000_000_123_456_789, part))
        position &+= UInt32(size)
      }
      return events
    }

  private static func append(_ event: Event, to receiver: inout UDPReceiver) -> Int? {
    let local = event.source.address.isV4 ? local : Endpoint(address: IPAddress(high: 0, low: 1), port: 4739)
    return receiver.journal(
      Capture.Datagram(
        bytes: event.octets.rawSpan, source: event.source, localPort: event.localPort, arrival: event.arrival,
        stream: event.stream), to: local)
  }

  @Test("what waits, and what is in the file, are the same events, between datagrams")
  func events() throws {
    let folder = try TemporaryFolder()
    let buffer = try JournalBuffer(capacity: 1 << 22, in: folder.path + "/ring")
    var receiver = try UDPReceiver(journalingInto: buffer)
    receiver.add(try UDPSocket(listening: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)))
    var sender = try UDPSender(from: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0))
    #expect(buffer.begin(1))
    var expected: [Event] = []
    for (number, event) in Self.events.enumerated() {
      #expect(Self.append(event, to: &receiver) != nil)
      expected.append(event)
      guard number % 3 == 0 else { continue }
      try sender.send(pattern(100, seed: number).rawSpan, to: receiver.localEndpoint(0))
      #expect(try receiver.receive(timeout: 60_000) == .datagrams)
      expected.append(Event.of(receiver.datagram(0)))
      #expect(receiver.journal() != nil)
    }
    var waiting: [Event] = []
    buffer.forEachWaiting { segment, datagram in
      #expect(segment == 1)
      waiting.append(Event.of(datagram))
    }
    #expect(waiting == expected)
    let path = folder.path + "/1"
    let file = try JournalFile(path, segment: 1, size: try #require(buffer.next).offset)
    _ = try file.write(from: buffer)
    #expect(buffer.waiting == 0)
    var read: [Event] = []
    var journal = try Capture.CaptureFile(path: path, isJournal: true)
    while try journal.next() { read.append(Event.of(journal.datagram)) }
    #expect(read == expected)
    // A capture from elsewhere contains TCP for other reasons.
    var capture = try Capture.CaptureFile(path: path)
    while try capture.next() { #expect(capture.datagram.stream == nil) }
    #expect(capture.counters.datagrams == expected.filter { $0.stream == nil }.count)
    #expect(capture.counters.notUDP == Self.events.count)
  }

  @Test("a message that has no room is not taken, in part or whole")
  func full() throws {
    let folder = try TemporaryFolder()
    let buffer = try JournalBuffer(capacity: 0, in: folder.path + "/ring")
    var receiver = try UDPReceiver(journalingInto: buffer)
    #expect(buffer.begin(1))
    let event = Self.events[2]
    var taken = 0
    while Self.append(event, to: &receiver) != nil { taken += 1 }
    #expect(taken > 60)
    var count = 0
    buffer.forEachWaiting { _, datagram in
      let kept = Event.of(datagram)
      #expect(kept == event)
      count += 1
    }
    #expect(count == taken)
  }
}
