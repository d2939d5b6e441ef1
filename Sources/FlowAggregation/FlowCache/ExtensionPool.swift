import FlowModel

/// Rare fields of live flows, numbered from 1 as in a batch; 0 means none.
///
/// The text in `extra` is limited over all flows; what exceeds the limit is omitted and counted.
struct ExtensionPool: ~Copyable {
  private var items: [FlowExtension] = []
  private var free: [UInt32] = []
  /// Octets of text.
  private(set) var textOctets = 0
  /// Number of texts omitted because of the limit.
  var droppedTexts: UInt64 = 0
  private let maximumTextOctets: Int

  init(maximumTextOctets: Int) { self.maximumTextOctets = maximumTextOctets }

  /// Stores an extension, merged into number `old` unless that is 0; returns its number.
  mutating func store(_ new: FlowExtension, into old: UInt32) -> UInt32 {
    var new = new
    let number: UInt32
    if old != 0 {
      number = old
      new = items[Int(old) - 1].absorbing(new)
      textOctets -= Self.cost(items[Int(old) - 1].extra)
    } else if let place = free.popLast() {
      number = place
    } else {
      items.append(FlowExtension())
      number = UInt32(truncatingIfNeeded: items.count)
    }
    if textOctets + Self.cost(new.extra) > maximumTextOctets, !new.extra.isEmpty {
      new.extra = ""
      droppedTexts &+= 1
    }
    textOctets += Self.cost(new.extra)
    items[Int(number) - 1] = new
    return number
  }

  subscript(number: UInt32) -> FlowExtension { items[Int(number) - 1] }

  /// Removes and returns an extension; its number becomes free.
  mutating func take(_ number: UInt32) -> FlowExtension {
    var taken = FlowExtension()
    swap(&taken, &items[Int(number) - 1])
    textOctets -= Self.cost(taken.extra)
    free.append(number)
    return taken
  }

  /// Number of extensions.
  var count: Int { items.count - free.count }

  /// Returns the memory of a text: its octets and the allocation header.
  private static func cost(_ text: String) -> Int {
    text.isEmpty ? 0 : text.utf8.count + 32
  }
}

extension FlowExtension {
  /// Merges the rare fields of a later record: later values replace earlier ones, counters are added. A record with
  /// only counters leaves the other fields unchanged.
  fileprivate func absorbing(_ new: FlowExtension) -> FlowExtension {
    if reverseOctets | reversePackets | new.reverseOctets | new.reversePackets == 0 { return new }
    var merged = new
    if new.reverseOctets | new.reversePackets != 0 {
      (merged.reverseOctets, merged.reversePackets) = (0, 0)
      if merged == FlowExtension() { merged = self }
    }
    merged.reverseOctets = reverseOctets.addingSaturated(new.reverseOctets)
    merged.reversePackets = reversePackets.addingSaturated(new.reversePackets)
    return merged
  }
}
