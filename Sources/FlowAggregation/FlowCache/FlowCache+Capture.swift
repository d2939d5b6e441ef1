public import FlowModel

/// A copy of all live flows that is made a few flows at a time, so that reception goes on in between: it has each flow that
/// was live when it began, as it was when it was copied. A flow that leaves the cache before its turn is copied as it leaves.
extension FlowCache {
  /// Begins a copy, in place of one that has not ended.
  public mutating func beginCapture() {
    captured.removeAll()
    capturePlace = 0
  }

  /// Whether a copy is being made.
  public var isCapturing: Bool { capturePlace < .max }

  /// Goes on with the copy.
  ///
  /// - Parameters:
  ///   - limit: places of the pool that are looked at, at most.
  ///   - flows: an empty batch, to take the flows that were copied since the last call.
  /// - Returns: whether that was all.
  public mutating func capture(limit: Int, into flows: inout FlowBatch) -> Bool {
    guard isCapturing else { return true }
    let end = min(capturePlace &+ limit, ages.count)
    captured.records.reserveCapacity(captured.count &+ end &- capturePlace)
    for place in capturePlace..<end where ages[place].isLive { copyFlow(place) }
    capturePlace = end < ages.count ? end : .max
    swap(&flows, &captured)
    return !isCapturing
  }

  /// Ends a copy that nobody wants any more: flows that leave the cache are copied as long as one is being made.
  public mutating func endCapture() {
    captured = FlowBatch()
    capturePlace = .max
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
