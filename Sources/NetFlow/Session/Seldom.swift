/// A value that few have: those without it have a word for it, not room.
///
/// Taken away, its room stays: what was needed once is needed again as a rule.
struct Seldom<Value: Sendable>: Sendable {
  private var held: [Value] = []

  @inline(__always)
  var isEmpty: Bool { held.isEmpty }

  var value: Value? {
    get { held.first }
    set {
      guard let newValue else { return held.removeAll(keepingCapacity: true) }
      if held.isEmpty { held.append(newValue) } else { held[0] = newValue }
    }
  }
}
