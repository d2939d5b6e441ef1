import Capture
import FlowPipeline
import Journal
import StreamReception

extension WorkerLoop {
  /// Processes messages of connections, as long as store and journal have room.
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

  /// Processes all waiting messages, after connections were closed.
  mutating func finishStreams() {
    while streams.advance() { _ = ingestStreamed(isForced: true) }
    turn = .idle
  }

  /// Journals and processes one message.
  ///
  /// - Parameter isForced: whether to process it even if the journal is full.
  /// - Returns: false if the journal is full.
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

  /// - Returns: whether it is a message, as opposed to a connection's end; nil if the journal is full.
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
