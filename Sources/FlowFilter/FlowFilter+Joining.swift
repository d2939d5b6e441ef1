import FlowModel

extension FlowFilter {
  /// Returns a filter that matches if any alternative does. Lists for the same columns are merged, so that a chain of
  /// ten thousand addresses costs as much as one list.
  static func some(of alternatives: [FlowFilter]) -> FlowFilter {
    var joined = Joined()
    for alternative in alternatives {
      guard case .some(let inner) = alternative else {
        joined.add(alternative)
        continue
      }
      for filter in inner { joined.add(filter) }
    }
    let filters = joined.filters
    return filters.count == 1 ? filters[0] : .some(filters)
  }

  /// Returns a filter that matches if all conditions do. Negated lists are merged likewise.
  static func all(of conditions: [FlowFilter]) -> FlowFilter {
    var (kept, excluded) = (Joined(), Joined())
    for condition in conditions {
      let inner: [FlowFilter]
      if case .all(let nested) = condition { inner = nested } else { inner = [condition] }
      for filter in inner {
        if case .not(let test) = filter, Joined.isList(test) {
          if excluded.add(test) { kept.reserve(excluded.count - 1) }
        } else {
          kept.keep(filter)
        }
      }
    }
    let filters = kept.filling { .not(excluded.filters[$0]) }
    return filters.count == 1 ? filters[0] : .all(filters)
  }
}

/// Conditions in order, with lists for the same columns merged.
private struct Joined {
  private enum Slot {
    case filter(FlowFilter)
    case networks([Network], [FlowColumn])
    case numbers(Set<UInt64>, [FlowColumn])
    /// Filled in later.
    case reserved(Int)
  }

  private struct Key: Hashable {
    var isAddress: Bool
    var columns: [FlowColumn]
  }

  private var slots: [Slot] = []
  private var places: [Key: Int] = [:]

  var count: Int { slots.count }

  static func isList(_ filter: FlowFilter) -> Bool {
    switch filter {
    case .test(.address), .test(.number(_, .equal)), .test(.number(_, .oneOf)): true
    default: false
    }
  }

  mutating func keep(_ filter: FlowFilter) { slots.append(.filter(filter)) }
  mutating func reserve(_ number: Int) { slots.append(.reserved(number)) }

  /// - Returns: whether it occupies its own place.
  @discardableResult
  mutating func add(_ filter: FlowFilter) -> Bool {
    let key: Key
    let addition: Slot
    switch filter {
    case .test(.address(let columns, let set)):
      key = Key(isAddress: true, columns: columns)
      addition = .networks(set.networks, columns)
    case .test(.number(let columns, .equal(let number))):
      key = Key(isAddress: false, columns: columns)
      addition = .numbers([number], columns)
    case .test(.number(let columns, .oneOf(let numbers))):
      key = Key(isAddress: false, columns: columns)
      addition = .numbers(numbers, columns)
    default:
      keep(filter)
      return true
    }
    guard let place = places[key] else {
      places[key] = slots.count
      slots.append(.filter(filter))
      return true
    }
    join(addition, at: place)
    return false
  }

  private mutating func join(_ addition: Slot, at place: Int) {
    // Moved out to avoid a copy each time.
    let before = slots[place]
    slots[place] = .reserved(0)
    switch (before, addition) {
    case (.networks(var networks, let columns), .networks(let more, _)):
      networks += more
      slots[place] = .networks(networks, columns)
    case (.filter(.test(.address(let columns, let set))), .networks(let more, _)):
      slots[place] = .networks(set.networks + more, columns)
    case (.numbers(var numbers, let columns), .numbers(let more, _)):
      numbers.formUnion(more)
      slots[place] = .numbers(numbers, columns)
    case (.filter(.test(.number(let columns, .equal(let number)))), .numbers(let more, _)):
      slots[place] = .numbers(more.union([number]), columns)
    case (.filter(.test(.number(let columns, .oneOf(let numbers)))), .numbers(let more, _)):
      slots[place] = .numbers(more.union(numbers), columns)
    default: slots[place] = before
    }
  }

  var filters: [FlowFilter] { filling { _ in .any } }

  /// Returns the conditions, with reserved places filled by `other`.
  func filling(_ other: (Int) -> FlowFilter) -> [FlowFilter] {
    slots.map { slot in
      switch slot {
      case .filter(let filter): filter
      case .networks(let networks, let columns): .test(.address(columns, NetworkSet(networks)))
      case .numbers(let numbers, let columns): .test(.number(columns, .oneOf(numbers)))
      case .reserved(let number): other(number)
      }
    }
  }
}
