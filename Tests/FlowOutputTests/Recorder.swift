import FlowModel
import FlowOutput
import Logging
import Synchronization

/// Records the calls of a test's writer and controls it; shared by the writer's thread and the test.
final class Recorder: Sendable {
  struct State: Sendable {
    var rows: UInt64 = 0
    var calls: [String] = []
    /// Return value of `commit`.
    var receipt: Int? = 7
    var failure: String?
  }

  let state = Mutex(State())
  /// Locked to keep the writer from continuing past an append.
  let gate = Mutex<Void>(())

  var calls: [String] { state.withLock { $0.calls } }
  var rows: UInt64 { state.withLock { $0.rows } }

  func note(_ call: String) { state.withLock { $0.calls.append(call) } }
}

/// The failure of a test's writer.
struct RecorderFailure: Error, Equatable, CustomStringConvertible {
  var description: String
}

/// Counts rows, and stops where the recorder requests it.
struct RecordingWriter: OutputWriter, ~Copyable {
  let recorder: Recorder

  var counters: OutputCounters {
    var counters = OutputCounters()
    counters.received = recorder.rows
    return counters
  }

  var failure: RecorderFailure? { recorder.state.withLock { $0.failure }.map { RecorderFailure(description: $0) } }
  var target: (name: String, place: String) { ("the recorder", "here") }

  mutating func append(_ flows: borrowing FlowBatch, _ context: FlowContext) {
    let count = UInt64(flows.count)
    recorder.gate.withLock { _ in }
    recorder.state.withLock { $0.rows += count }
    recorder.note("append \(count)")
  }

  mutating func advance(to context: FlowContext) { recorder.note("advance") }

  mutating func commit() -> Int? {
    recorder.note("commit")
    return recorder.state.withLock { $0.receipt }
  }

  mutating func publish() { recorder.note("publish") }
  mutating func maintain() { recorder.note("maintain") }
  mutating func finish() { recorder.note("finish") }
}

extension Recorder {
  /// Returns a thread that writes into this recorder, not started.
  func thread(_ name: String = "recorder", logger: Logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    -> OutputThread<RecordingWriter>
  {
    OutputThread(name, logger: logger) { () throws(RecorderFailure) in RecordingWriter(recorder: self) }
  }
}
