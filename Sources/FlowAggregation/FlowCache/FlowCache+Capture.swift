public import FlowModel

/// An incremental copy of all live flows, so that reception continues in between. It contains each flow that was live
/// when it began, as of the time it was copied. A flow that leaves the cache before its turn is copied as it leaves.
extension FlowCache {
  /// Begins a copy, replacing one in progress.
  public mutating func beginCapture() {
    captured.removeAll()
    capturePlace = 0
  }

  /// Whether a copy is in progress.
  public var isCapturing: Bool { capturePlace < .max }

  /// Continues the copy.
  ///
  /// - Parameters:
  ///   - limit: maximum number of places to examine.
  ///   - flows: an empty batch for the flows copied since the last call.
  /// - Returns: whether the copy is complete.
  public mutating func capture(limit: Int, into flows: inout FlowBatch) -> Bool {
    guard isCapturing else { return true }
    let end = min(capturePlace &+ limit, ages.count)
    captured.records.reserveCapacity(captured.count &+ end &- capturePlace)
    for place in capturePlace..<end where ages[place].isLive { copyFlow(place) }
    capturePlace = end < ages.count ? end : .max
    swap(&flows, &captured)
    return !isCapturing
  }

  /// Cancels a copy; otherwise flows that leave the cache would still be copied.
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
