import Capture
import FlowPipeline
import Journal
import StreamReception

extension WorkerLoop {
  /// Takes messages of connections, as far as store and journal have room for what they bring.
  mutating func takeStreamed() {
    for _ in 0..<StreamIntake.turn {
      guard streams.advance() else {
        turn = .idle
        return
      }
      guard pipeline.canHandOver, ingestStreamed(isForced: false) else {
        turn = .blocked
        return
      }
    }
    turn = .more
  }

  /// Takes all messages that wait; the connections are closed.
  mutating func finishStreams() {
    while streams.advance() { _ = ingestStreamed(isForced: true) }
    turn = .idle
  }

  /// Takes one message, by way of the journal.
  ///
  /// - Parameter isForced: whether it is taken although the journal has no room.
  /// - Returns: false if it has none.
  private mutating func ingestStreamed(isForced: Bool) -> Bool {
    let isMessage = Self.ingest(streams, &receiver, &journal, &pipeline, isForced: isForced)
    guard let isMessage else { return false }
    streams.consume()
    if isMessage {
      reception.received &+= 1
      reception.streamed &+= 1
    }
    streams.queue.close(pipeline.takeSevered())
    return true
  }

  /// - Returns: whether it is a message rather than a connection's end; nil if the journal has no room for it.
  private static func ingest(
    _ streams: borrowing StreamIntake, _ receiver: inout UDPReceiver, _ journal: inout WorkerJournal?,
    _ pipeline: inout Pipeline, isForced: Bool
  ) -> Bool? {
    let datagram = streams.datagram
    if journal?.write(datagram, to: streams.local, &receiver, isForced: isForced) == false { return nil }
    pipeline.ingest(datagram)
    return datagram.isMessage
  }
}
