import Files
import FlowStore
import Logging
import Synchronization

// The life of one file: tried until the destination accepts it, retention removes it, it yields its place to others for
// a while, or the output ends.
extension Shipper {
  func ship(_ file: WaitingFile, _ before: FileTrouble, _ cursor: Cursor) async {
    defer { wakeUp.yield() }
    var trouble = before
    while !Task.isCancelled {
      let remedy: ShippingFailure.Remedy
      var octets: UInt64 = 0
      do {
        guard let size = try await self.octets(file) else { return remove(file) }
        octets = size
        try await destination.ship(CommittedFile(name: file.name, path: files.path(file.name), octets: octets))
        return await end(file, octets, .taken, cursor)
      } catch {
        // Whatever the error is then.
        if Task.isCancelled { break }
        let failure = error as? ShippingFailure ?? ShippingFailure(.retry, error.systemReason)
        if await isGone(file) { return remove(file) }
        trouble.failures += 1
        trouble.refusals = failure.remedy == .setAside ? trouble.refusals + 1 : 0
        if trouble.refusals == Self.refusalLimit {
          state.withLock { $0.noteError(failure.reason, at: time.now()) }
          logger.error("output \(options.name): \(file.name) is set aside: \(failure.reason)")
          return await end(file, octets, .setAside, cursor)
        }
        remedy = failure.remedy
        fails(file.name, failure.reason, kind: failure.kind)
        state.withLock { $0.report.retries += 1 }
      }
      let pause = remedy == .wait ? Self.slowInterval : trouble.backOff.next(time.random())
      if state.withLock({ $0.giveWay(file, trouble, for: pause, after: remedy) }) { return }
      guard await rest(pause) else { break }
    }
    putBack(file)
  }

  /// - Returns: nil if the file no longer exists.
  /// - Throws: `FileError` if that is unknown: an unavailable disk may return.
  private func octets(_ file: WaitingFile) async throws -> UInt64? {
    let (path, root) = (files.path(file.name), files.root)
    return try await DiskThreads.run {
      do throws(FileError) {
        let status = try Directory.status(path, followsLinks: false)
        return status.kind == .file ? UInt64(clamping: status.size) : nil
      } catch {
        // An empty store means a disk that is not mounted.
        guard error.isMissing, try Directory.names(in: root).contains(where: { $0.hasPrefix("date=") }) else {
          throw error
        }
        return nil
      }
    }
  }

  private func isGone(_ file: WaitingFile) async -> Bool {
    do { return try await octets(file) == nil } catch { return false }
  }

  /// - Returns: false if the output ends meanwhile.
  private func rest(_ duration: Duration) async -> Bool {
    let isFinishing = state.withLock { state in
      if !state.isFinishing { state.resting += 1 }
      return state.isFinishing
    }
    if isFinishing { return false }
    defer { state.withLock { $0.resting -= 1 } }
    wakeUp.yield()
    do { try await time.sleep(duration) } catch { return false }
    return !state.withLock { $0.isFinishing }
  }

  /// Records that the destination has accepted the file, or never will.
  private func end(_ file: WaitingFile, _ octets: UInt64, _ outcome: Cursor.Outcome, _ cursor: Cursor) async {
    while true {
      do {
        try await DiskThreads.run { try cursor.note(file.name, octets: octets, outcome) }
        break
      } catch {
        fails("cursor", error.systemReason)
        guard await rest(.seconds(1)) else { return putBack(file) }
      }
    }
    works("cursor")
    let hasRecovered = state.withLock { state in
      if outcome == .taken {
        state.report.shippedFiles += 1
        state.report.shippedOctets += octets
      } else {
        state.report.setAsideFiles += 1
      }
      return state.end(file, isTaken: outcome == .taken)
    }
    if hasRecovered { noteRecovery() }
  }

  private func remove(_ file: WaitingFile) {
    state.withLock { state in
      state.abandon(file)
      state.report.removedFiles += 1
    }
    noteRemoved(1, file)
  }

  private func putBack(_ file: WaitingFile) {
    state.withLock { state in
      state.abandon(file)
      state.waiting.insert([file])
    }
  }
}
