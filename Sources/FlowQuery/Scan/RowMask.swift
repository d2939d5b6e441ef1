/// The selected rows of a group.
enum RowMask {
  case all
  case none
  /// 1 for each selected row.
  case some([UInt8])

  static func && (a: RowMask, b: RowMask) -> RowMask {
    switch (a, b) {
    case (.none, _), (_, .none): return .none
    case (.all, let other), (let other, .all): return other
    case (.some(var flags), .some(let others)):
      combine(&flags, others) { $0 & $1 }
      return .some(flags)
    }
  }

  static func || (a: RowMask, b: RowMask) -> RowMask {
    switch (a, b) {
    case (.all, _), (_, .all): return .all
    case (.none, let other), (let other, .none): return other
    case (.some(var flags), .some(let others)):
      combine(&flags, others) { $0 | $1 }
      return .some(flags)
    }
  }

  static prefix func ! (mask: RowMask) -> RowMask {
    switch mask {
    case .all: return .none
    case .none: return .all
    case .some(var flags):
      for row in flags.indices { flags[row] ^= 1 }
      return .some(flags)
    }
  }

  @inline(__always)
  private static func combine(_ flags: inout [UInt8], _ others: [UInt8], _ body: (UInt8, UInt8) -> UInt8) {
    var target = flags.mutableSpan
    let source = others.span
    precondition(source.count == target.count)
    for row in 0..<target.count { target[row] = body(target[row], source[row]) }
  }

  /// The same, with `all` and `none` recognized.
  var simplified: RowMask {
    guard case .some(let flags) = self else { return self }
    var sum = 0
    for flag in flags { sum &+= Int(flag) }
    return sum == 0 ? .none : sum == flags.count ? .all : self
  }

  var isNone: Bool { if case .none = self { true } else { false } }

  /// Returns the selected rows of `rowCount`, ascending; nil for all.
  var rows: [UInt32]? {
    switch self {
    case .all: return nil
    case .none: return []
    case .some(let flags):
      var rows = [UInt32](repeating: 0, count: flags.count)
      var next = 0
      var target = rows.mutableSpan
      // Without branches, which would be unpredictable.
      for row in 0..<flags.count {
        target[next] = UInt32(truncatingIfNeeded: row)
        next &+= Int(flags[row])
      }
      rows.removeLast(flags.count - next)
      return rows
    }
  }
}
