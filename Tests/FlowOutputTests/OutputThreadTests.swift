import FlowModel
import FlowOutput
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("The thread of an output", .ownThread)
struct OutputThreadTests {
  private static let context = FlowContext(time: 1_767_225_600_000, origins: [])

  private static func batch(_ count: Int) -> FlowBatch {
    var batch = FlowBatch()
    batch.records = Array(repeating: FlowRecord(), count: count)
    return batch
  }

  @Test("appends, lets the clock go on, and ends, each followed by housekeeping")
  func order() throws {
    let recorder = Recorder()
    let thread = recorder.thread()
    try thread.start()
    let sink = OutputSink(thread)
    var batch = Self.batch(3)
    sink.take(&batch, Self.context, .wait)
    sink.advance(to: Self.context, .wait)
    thread.finish()
    #expect(recorder.calls == ["append 3", "maintain", "advance", "maintain", "finish"])
    #expect(thread.counters.received == 3)
    #expect(sink.counters == SinkCounters(handedOver: 3))
  }

  @Test("publishes what was committed once the receipt is kept, and not before")
  func receipts() throws {
    let recorder = Recorder()
    let thread = recorder.thread()
    try thread.start()
    let sink = OutputSink(thread)
    for isKept in [true, false] {
      sink.commit(Self.context) { receipt in
        recorder.note("receipt \(receipt)")
        return isKept
      }
    }
    thread.finish()
    #expect(
      recorder.calls == [
        "commit", "receipt 7", "publish", "maintain", "commit", "receipt 7", "maintain", "finish",
      ])
  }

  @Test("asks nobody to keep a receipt where nothing could be committed")
  func noReceipt() throws {
    let recorder = Recorder()
    recorder.state.withLock { $0.receipt = nil }
    let thread = recorder.thread()
    try thread.start()
    OutputSink(thread).commit(Self.context) { _ in
      recorder.note("receipt")
      return true
    }
    thread.finish()
    #expect(recorder.calls == ["commit", "maintain", "finish"])
  }

  @Test("does not start where its writer cannot be made, and says why")
  func failingStart() {
    let thread = OutputThread("t", logger: Logger(label: "t")) { () throws(RecorderFailure) -> RecordingWriter in
      throw RecorderFailure(description: "no such place")
    }
    #expect(throws: RecorderFailure(description: "no such place")) { try thread.start() }
  }

  @Test("uses the memory of written batches again, but of none that had to hold more than usual")
  func spareMemory() async throws {
    for (size, kept) in [(1000, 12), (OutputThread<RecordingWriter>.usualRecords + 1000, 0)] {
      let recorder = Recorder()
      let thread = recorder.thread()
      try thread.start()
      let sink = OutputSink(thread)
      recorder.gate.withLock { _ in
        for _ in 0..<12 {
          var batch = Self.batch(size)
          sink.take(&batch, Self.context, .wait)
        }
      }
      // Memory is released before housekeeping.
      try await eventually("all are written") { recorder.calls.count { $0 == "maintain" } == 12 }
      let found = recorder.gate.withLock { _ in
        (0..<12).count { _ in
          var batch = Self.batch(1)
          sink.take(&batch, Self.context, .wait)
          return batch.records.capacity >= size
        }
      }
      #expect(found == kept)
      thread.finish()
    }
  }

  @Test("that is stalled is waited for no longer than asked")
  func stalledEnd() throws {
    let recorder = Recorder()
    let thread = recorder.thread()
    try thread.start()
    var batch = Self.batch(1)
    recorder.gate.withLock { _ in
      OutputSink(thread).take(&batch, Self.context, .wait)
      #expect(!thread.finish(within: .milliseconds(50)))
    }
    #expect(thread.finish(within: .seconds(60)))
    #expect(recorder.rows == 1)
  }

  @Test("is visited behind all that was handed over, also while its queue is full, and not once it has ended")
  func visits() throws {
    let recorder = Recorder()
    let thread = recorder.thread()
    try thread.start()
    let sink = OutputSink(thread)
    recorder.gate.withLock { _ in
      for _ in 0..<100 {
        var batch = Self.batch(1)
        sink.take(&batch, Self.context, .drop)
      }
      #expect(!sink.hasRoom)
      #expect(sink.visit(Self.context) { recorder.note("visit behind \($0.counters.received)") })
    }
    thread.finish()
    #expect(recorder.calls.contains("visit behind \(sink.counters.handedOver)"))
    #expect(!sink.visit(Self.context) { _ in recorder.note("too late") })
    #expect(!recorder.calls.contains("too late"))
  }
}
