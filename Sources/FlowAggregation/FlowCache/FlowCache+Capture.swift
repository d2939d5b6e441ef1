public import FlowModel

/// A copy of all live flows that is made a few flows at a time, so that reception goes on in between: it has each flow that
/// was live when it began, as it was when it was copied. A flow that leaves the cache before its turn is copied as it leaves.
extension FlowCache {
  /// Begins a copy, in place of one that has not ended.
  public mutating func beginCapture() {
    captured = FlowBatch(capacity: liveCount)
    capturePlace = 0
  }

  /// Whether a copy is being made.
  public var isCapturing: Bool { capturePlace < .max }

  /// Goes on with the copy.
  ///
  /// - Parameter limit: places of the pool that are looked at, at most.
  /// - Returns: the flows once all are copied; nil: there is more to do.
  public mutating func capture(limit: Int) -> FlowBatch? {
    guard isCapturing else { return nil }
    let end = min(capturePlace &+ limit, ages.count)
    for place in capturePlace..<max(end, capturePlace) where ages[place].isLive { copyFlow(place) }
    capturePlace = end
    if end < ages.count { return nil }
    capturePlace = .max
    var flows = FlowBatch()
    swap(&flows, &captured)
    return flows
  }

  mutating func copyFlow(_ place: Int) {
    var record = flows[place].record
    if record.extensionNumber != 0 {
      captured.extensions.append(extensions[record.extensionNumber])
      record.extensionNumber = UInt32(truncatingIfNeeded: captured.extensions.count)
    }
    captured.records.append(record)
  }
}
