import Synchronization

/// Numbers of texts in keys, common to all workers.
final class TextNumbers: Sendable {
  private struct State {
    /// The first represents an absent text.
    var texts: [String?] = [nil]
    var numbers: [String: UInt64] = [:]
  }

  private let state = Mutex(State())

  func number(_ text: String) -> UInt64 {
    state.withLock { state in
      if let known = state.numbers[text] { return known }
      let number = UInt64(state.texts.count)
      state.texts.append(text)
      state.numbers[text] = number
      return number
    }
  }

  func text(_ number: UInt64) -> String? { state.withLock { $0.texts[Int(number)] } }
}
