import FlowModel
import NetworkBytes

/// Content of an options record that the decoder uses: numbers, and the positions of strings.
struct OptionsFacts {
  private var sampler: UInt64?
  private var interface: UInt64?
  private var vrf: UInt64?
  private var application: UInt64?
  private var sampling = SamplingFacts()
  private(set) var systemInit: UInt64?
  /// Indexed by the raw value of the kind.
  private var texts: [4 of Texts] = .init(repeating: Texts())

  /// Positions of the name and the description of an item.
  struct Texts {
    fileprivate(set) var name = 0..<0
    fileprivate(set) var description = 0..<0

    fileprivate var isEmpty: Bool { name.isEmpty && description.isEmpty }

    /// Returns the name if there is one, otherwise the description.
    func best(in record: RawSpan) -> String? {
      for place in [name, description] {
        let text = ExporterNames.text(record.extracting(place))
        if !text.isEmpty { return text }
      }
      return nil
    }
  }

  /// Takes in the field at `place` in the record.
  @inline(__always)
  mutating func note(_ use: OptionsPlan.Use, _ record: RawSpan, _ place: Range<Int>) {
    switch use {
    case .name(let kind):
      texts[Int(kind.rawValue)].name = place
      return
    case .description(let kind):
      texts[Int(kind.rawValue)].description = place
      return
    case .application:
      if let identifier = ApplicationIdentifier(record.extracting(place)) {
        application = ExporterNames.applicationNumber(engine: identifier.engine, selector: identifier.selector)
      }
      return
    case .sampler, .scopeInterface, .interface, .vrf, .systemInit, .sampling: break
    }
    guard (1...8).contains(place.count) else { return }
    let value = record.unsigned(place.lowerBound, count: place.count)
    switch use {
    case .sampler: sampler = value
    case .scopeInterface: interface = value & 0xffff_ffff
    case .interface: interface = interface ?? value & 0xffff_ffff
    case .vrf: vrf = vrf ?? value
    case .systemInit: systemInit = value
    case .sampling(let element): sampling.note(element, value, width: place.count)
    case .name, .description, .application: break
    }
  }

  /// Returns the number that a name of this kind refers to.
  func number(of kind: ExporterNames.Kind) -> UInt64? {
    switch kind {
    case .interface: interface
    case .vrf: vrf
    case .application: application
    case .sampler: sampler
    }
  }

  /// Returns nil if the record names nothing of this kind.
  func texts(of kind: ExporterNames.Kind) -> Texts? {
    let texts = texts[Int(kind.rawValue)]
    return texts.isEmpty ? nil : texts
  }

  /// Sampling rate, one in so many packets; nil if the record does not have it.
  var samplingRate: UInt32? { sampling.rate }

  var scope: SamplingRates.Scope {
    if let sampler { return .sampler(sampler) }
    if let interface { return .interface(UInt32(truncatingIfNeeded: interface)) }
    return .domain
  }
}

extension SamplingRates.Scope {
  /// Numbers for the kind of scope and for the scope itself.
  var code: (UInt64, UInt64) {
    switch self {
    case .sampler(let id): (1, id)
    case .interface(let index): (2, UInt64(index))
    case .domain: (3, 0)
    }
  }
}
