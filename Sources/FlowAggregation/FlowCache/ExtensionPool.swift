import FlowModel

/// The rare fields of live flows, numbered from 1 as in a batch; 0 is none.
///
/// The text in `extra` is bounded for all flows together: what is beyond is left out and counted.
struct ExtensionPool: ~Copyable {
  private var items: [FlowExtension] = []
  private var free: [UInt32] = []
  /// Octets of text held.
  private(set) var textOctets = 0
  /// Texts left out because the bound was reached.
  var droppedTexts: UInt64 = 0
  private let maximumTextOctets: Int

  init(maximumTextOctets: Int) { self.maximumTextOctets = maximumTextOctets }

  /// Keeps an extension, merged into number `old` if that is not 0; returns its number.
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

  /// Gives an extension away; its number is free then.
  mutating func take(_ number: UInt32) -> FlowExtension {
    var taken = FlowExtension()
    swap(&taken, &items[Int(number) - 1])
    textOctets -= Self.cost(taken.extra)
    free.append(number)
    return taken
  }

  /// The number of extensions held.
  var count: Int { items.count - free.count }

  /// What a text costs: its octets and the head of its allocation.
  private static func cost(_ text: String) -> Int {
    text.isEmpty ? 0 : text.utf8.count + 32
  }
}

extension FlowExtension {
  /// The rare fields of a flow with those of a later record of it: the later values hold, but counts add up. A record that has
  /// counts alone says nothing of the other fields.
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
