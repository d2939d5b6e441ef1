/// Value that is rarely present: absent, it takes one word instead of its size.
///
/// Removing it keeps the memory, since a value needed once is usually needed again.
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
