import Dispatch
import FlowModel
import FlowOutput
import FlowPipeline
import FlowQuery
import FlowStore
import Foundation
import Logging
import NetworkBytes
import Parquet

/// Provides a running collector's unpublished flows to queries. At most one copy is made at a time, however many
/// queries wait; each gets a copy that was begun after its request.
///
/// Sound: all state is accessed only under `lock`.
final class LiveFlows: @unchecked Sendable {
  private let workers: [Worker]
  private let createdBy: String
  private let logger: Logger

  private let lock = NSCondition()
  /// Number of copies begun, and of the last one that has ended, with its outcome.
  private var begun = 0
  private var ended = 0
  private var isMaking = false
  /// Number of waiting queries.
  private var askers = 0
  private var outcome: Result<Cut, LiveFailure> = .failure(.recovering)

  /// Timeout for a worker and its store, seconds.
  private static let timeout = 15.0

  /// A copy, and the number of files that each worker's store had published at its time.
  private struct Cut {
    var time: UnixMilliseconds
    var snapshots: [ParquetSnapshot]
    var publishedCounts: [Int]
  }

  init(_ workers: [Worker], createdBy: String, logger: Logger) {
    self.workers = workers
    self.createdBy = createdBy
    self.logger = logger
  }

  /// The published files at some time, to be recorded before the store's files are listed.
  struct Position: Sendable {
    fileprivate var counts: [Int]
  }

  /// - Throws: `recovering` if a worker is still recovering some time after the call.
  func position() throws(LiveFailure) -> Position {
    let deadline = DispatchTime.now() + .seconds(5)
    while !workers.allSatisfy(\.isLive) {
      if DispatchTime.now() > deadline { throw .recovering }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return Position(counts: workers.map { $0.storeSettings.published.count })
  }

  /// Opens a session for a query of this process: as over the socket, but without waiting for recovery.
  ///
  /// - Parameter store: the directory as named by the query.
  func session(of store: String, _ state: LiveState) -> LiveSession.Outcome<LiveSession> {
    guard workers.allSatisfy(\.isLive) else { return .missing(LiveFailure.recovering.reason) }
    do throws(LiveFailure) {
      let position = try position()
      return .ready(
        LiveSession(store: store, state: state) {
          do throws(LiveFailure) {
            return .ready(try self.cut(since: position))
          } catch {
            return .missing(error.reason)
          }
        })
    } catch {
      return .missing(error.reason)
    }
  }

  /// Returns a copy begun after the call, with the files published since `position`. Blocks.
  func cut(since position: Position) throws(LiveFailure) -> LiveCut {
    let cut = try newest().get()
    var published: [String] = []
    for (index, worker) in workers.enumerated() {
      let count = position.counts[index]
      guard let paths = worker.storeSettings.published.since(count) else { throw .superseded }
      // Files published after the copy are included in it as unpublished.
      published += paths.prefix(max(0, cut.publishedCounts[index] - count))
    }
    return LiveCut(
      time: cut.time, snapshots: cut.snapshots,
      published: published.map { $0.split(separator: "/").suffix(3).joined(separator: "/") })
  }

  private func newest() -> Result<Cut, LiveFailure> {
    lock.lock()
    askers += 1
    defer {
      askers -= 1
      // No other query needs it: its files in memory are as large as the cache, and open files occupy disk space.
      if askers == 0 { outcome = .failure(.superseded) }
      lock.unlock()
    }
    let wanted = begun + 1
    while ended < wanted {
      if isMaking {
        lock.wait()
        continue
      }
      (isMaking, begun) = (true, begun + 1)
      lock.unlock()
      let made = make()
      lock.lock()
      (isMaking, ended, outcome) = (false, begun, made)
      lock.broadcast()
    }
    return outcome
  }

  private func make() -> Result<Cut, LiveFailure> {
    let deadline = DispatchTime.now() + Self.timeout
    let cuts = workers.map { _ in WorkerCut() }
    for (worker, cut) in zip(workers, cuts) { worker.copyLiveFlows(to: cut) }
    var result = Cut(time: .max, snapshots: [], publishedCounts: [])
    do throws(LiveFailure) {
      for cut in cuts {
        result.publishedCounts.append(try add(cut, to: &result.snapshots, before: deadline))
        result.time = min(result.time, cut.time)
      }
    } catch {
      for cut in cuts { cut.fail(error) }
      return .failure(error)
    }
    let slice = cuts.map(\.longestSlice).max() ?? .zero
    logger.debug("live flows copied; longest wait of reception: \(slice)")
    return .success(result)
  }

  /// Converts the flows of a worker and its store to files as they arrive.
  ///
  /// - Returns: the number of files that the store had published.
  private func add(
    _ cut: WorkerCut, to snapshots: inout [ParquetSnapshot], before deadline: DispatchTime
  ) throws(LiveFailure) -> Int {
    var memory = try Self.memory(createdBy)
    var (isComplete, published) = (false, -1)
    var metadata: [(key: String, value: String)] = []
    while !isComplete || published < 0 {
      try cut.wait(until: deadline)
      do throws(StoreError) {
        if let piece = cut.takePiece() {
          try memory.append(piece.flows, origins: piece.context.origins, names: piece.context.names)
          isComplete = piece.isLast
        } else if let store = cut.takeStore() {
          try memory.append(store.waiting, origins: store.origins, names: store.names)
          (published, metadata) = (store.publishedCount, store.metadata)
          snapshots += store.files
        }
      } catch {
        throw .store(error)
      }
    }
    do throws(StoreError) {
      if let snapshot = try memory.finish(metadata: metadata) { snapshots.append(snapshot) }
    } catch {
      throw .store(error)
    }
    return published
  }

  private static func memory(_ createdBy: String) throws(LiveFailure) -> MemoryFlows {
    do throws(StoreError) { return try MemoryFlows(createdBy: createdBy) } catch { throw .store(error) }
  }
}
