import Files
package import FlowStore
package import Logging
import Synchronization

/// Ships the files of a store to one destination, oldest first, several at a time, each until the destination accepts
/// it. A file that keeps failing yields its place to others after a while, and is retried in between.
///
///     CursorLine, Cursor     files already shipped
///     WaitingFiles           files to ship
///     StoreWatch             new files of the store
///     Shipper+Files          the life of one file
///
/// Runs in its own tasks; disk access runs on threads that may block.
package final class Shipper: Sendable {
  package let options: ShipperOptions
  let destination: any FileDestination
  let files: OwnFiles
  private let published: [PublishedFiles]
  private let cursorPath: String
  let time: ShippingTime
  let logger: Logger
  let state: Mutex<ShipperState>
  private let events: AsyncStream<Void>
  let wakeUp: AsyncStream<Void>.Continuation
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// Interval between attempts that need someone to fix the cause.
  static let slowInterval: Duration = .seconds(60)
  /// Consecutive permanent refusals before a file is set aside; a single one may be due to damage in transit.
  static let refusalLimit = 3
  /// Key in `failing` for a cursor that cannot be rewritten.
  private static let forgetting = "forgetting"

  /// - Parameters:
  ///   - files: the collector's files in its store.
  ///   - published: announcements of the store's writers.
  ///   - directory: the collector's state directory, which contains the cursor.
  package init(
    _ options: ShipperOptions, to destination: any FileDestination, files: OwnFiles, published: [PublishedFiles],
    state directory: String, time: ShippingTime = ShippingTime(), logger: Logger
  ) {
    self.options = options
    self.destination = destination
    self.files = files
    self.published = published
    cursorPath = Cursor.path(in: directory, output: options.name)
    self.time = time
    self.logger = logger
    state = Mutex(ShipperState(ShippingReport(name: options.name, place: destination.place)))
    (events, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var report: ShippingReport {
    var report = state.withLock { $0.fullReport }
    report.live = destination.liveRows
    return report
  }

  /// Starts shipping. Call once.
  package func start() {
    task.withLock { task in task = Task { await run() } }
  }

  /// Stops: ships what is published as far as that succeeds immediately, and lets transfers finish.
  ///
  /// - Parameter limit: maximum duration; transfers in progress are canceled then.
  package func finish(within limit: Duration) async {
    guard let task = task.withLock({ $0 }) else { return }
    let hasCursor = state.withLock { state in
      (state.isFinishing, state.isLookDue) = (true, true)
      return state.isOpen || !state.isFailing
    }
    wakeUp.yield()
    // It may be in a long wait between attempts.
    if !hasCursor { task.cancel() }
    let deadline = Task { [time] in
      try await time.sleep(limit)
      task.cancel()
    }
    await task.value
    deadline.cancel()
  }

  private func run() async {
    guard let cursor = await openCursor() else { return }
    state.withLock { $0.isOpen = true }
    var watch = StoreWatch(files, published)
    await withDiscardingTaskGroup { group in
      group.addTask { await self.tick() }
      wakeUp.yield()
      for await _ in events {
        if takeLook() { await look(&watch, cursor) }
        while let next = state.withLock({ $0.takeNext(options.parallel) }) {
          group.addTask { await self.ship(next.file, next.trouble, cursor) }
        }
        if state.withLock({ $0.isDone }) { break }
      }
      group.cancelAll()
    }
  }

  private func takeLook() -> Bool {
    state.withLock { state in
      defer { state.isLookDue = false }
      return state.isLookDue
    }
  }

  /// Requests a scan of the store once a second.
  private func tick() async {
    while true {
      do { try await time.sleep(.seconds(1)) } catch { return }
      state.withLock { $0.tick() }
      wakeUp.yield()
    }
  }

  // MARK: The cursor

  /// Opens the cursor, or creates it for a new output.
  ///
  /// - Returns: nil if the task is canceled first.
  private func openCursor() async -> Cursor? {
    while !Task.isCancelled {
      do {
        let cursor = try await DiskThreads.run { [cursorPath, options, files] in
          if try !Cursor.exists(cursorPath) {
            let passed = options.start == .now ? try files.names() : []
            try Cursor.create(cursorPath, output: options.name, passing: passed)
          }
          return try Cursor(cursorPath, output: options.name)
        }
        if !cursor.damagedLines.isEmpty {
          let lines = cursor.damagedLines.prefix(10).map(String.init).joined(separator: ", ")
          logger.error(
            "output \(options.name): \(cursorPath): \(cursor.damagedLines.count) lines are damaged (\(lines)); their files are shipped again"
          )
        }
        works("cursor")
        return cursor
      } catch {
        fails("cursor", "\(error)")
        do { try await time.sleep(Self.slowInterval) } catch { return nil }
      }
    }
    return nil
  }

  // MARK: The store

  private func look(_ watch: inout StoreWatch, _ cursor: Cursor) async {
    if watch.isPausing() { return }
    let isFirst = !watch.hasLooked
    do {
      let (found, next, problem) = try await DiskThreads.run { [watch] in
        var watch = watch
        var problem: String?
        let found = try watch.look(cursor) { name in
          self.state.withLock { $0.knows(name) }
        }
        if let all = found.all {
          do throws(FileError) { try cursor.forget(allBut: all) } catch { problem = error.description }
        }
        return (found, watch, problem)
      }
      watch = next
      works("store")
      // Files already found are shipped anyway.
      if let problem {
        fails(Self.forgetting, problem)
      } else if found.all != nil {
        works(Self.forgetting)
      }
      take(found, cursor)
      if isFirst {
        let report = report
        logger.info(
          "output \(options.name): ships to \(report.place); \(report.waitingFiles) files waiting, \(report.waitingOctets) bytes"
        )
      }
    } catch {
      watch.noteFailure()
      fails("store", "\(error)")
    }
  }

  private func take(_ found: StoreWatch.Found, _ cursor: Cursor) {
    for name in found.changed {
      logger.warning(
        "output \(options.name): \(name) differs from the file of this name that was shipped; it is shipped again")
    }
    let changed = Set(found.changed)
    let gone = state.withLock { state in
      // Some may have been shipped since they were found.
      state.insert(found.new.filter { changed.contains($0.name) || !cursor.has($0.name) })
      guard let all = found.all, !all.isEmpty else { return [WaitingFile]() }
      return state.remove(allBut: all.union(found.new.map(\.name)))
    }
    if let first = gone.first { noteRemoved(gone.count, first) }
  }

  func noteRemoved(_ count: Int, _ first: WaitingFile) {
    logger.warning(
      "output \(options.name): \(count) file\(count == 1 ? "" : "s") removed before \(count == 1 ? "it was" : "they were") taken, from \(first.name) on; keep files longer (store.retention)"
    )
  }

  // MARK: Failures, logged when they begin, when their reason changes, and when they end

  /// - Parameter kind: equal for failures with the same cause; defaults to the reason.
  func fails(_ what: String, _ reason: String, kind: String? = nil) {
    switch state.withLock({ $0.fail(what, reason, kind: kind ?? reason, at: time.now()) }) {
    case .first: logger.error("output \(options.name): \(reason); files wait, retrying")
    case .other: logger.error("output \(options.name): still failing, for another reason: \(reason)")
    case .known: break
    }
  }

  func works(_ what: String) {
    if state.withLock({ $0.work(what) }) { noteRecovery() }
  }

  func noteRecovery() { logger.notice("output \(options.name): recovered, shipping to \(destination.place)") }
}
