import FlowModel

/// Compiled options template: which fields of its records the decoder uses.
struct OptionsPlan: Sendable {
  struct Step: Sendable {
    var use: Use
    /// Index among the template's sized fields.
    var index: Int
  }

  /// Use of a field.
  enum Use: Sendable {
    case sampler, scopeInterface, interface, vrf, application, systemInit
    case sampling(InformationElementID)
    /// Name of an item, or its description as a fallback.
    case name(ExporterNames.Kind), description(ExporterNames.Kind)
  }

  private(set) var steps: [Step] = []
  /// Whether the records describe information elements (RFC 5610 §3.9).
  private(set) var reportsElements = false
  /// Whether the records contain nothing that the decoder uses.
  var isEmpty: Bool { steps.isEmpty && !reportsElements }

  /// - Parameter fields: Fields of a template, without those of zero length.
  init(fields: [FieldSpecifier]) {
    let elements = Set(fields.compactMap(\.iana))
    reportsElements = elements.isSuperset(of: [.informationElementName, .informationElementId])
    for (index, field) in fields.enumerated() {
      guard let use = Self.use(of: field), field.isVariable || Self.accepts(field.length, use) else { continue }
      steps.append(Step(use: use, index: index))
    }
  }

  private static func use(of field: FieldSpecifier) -> Use? {
    // System, line card, cache and template are equivalent to the domain.
    guard let element = field.iana else { return field.v9Scope == .interface ? .scopeInterface : nil }
    switch element {
    case .samplerId, .selectorId: return .sampler
    case .ingressInterface, .egressInterface, .ingressPhysicalInterface, .egressPhysicalInterface: return .interface
    case .ingressVRFID, .egressVRFID: return .vrf
    case .applicationId: return .application
    case .systemInitTimeMilliseconds: return .systemInit
    case .samplingInterval, .samplerRandomInterval, .samplingPacketInterval, .samplingPacketSpace, .samplingSize,
      .samplingPopulation, .samplingProbability:
      return .sampling(element)
    case .interfaceName: return .name(.interface)
    case .interfaceDescription: return .description(.interface)
    case .VRFname: return .name(.vrf)
    case .applicationName: return .name(.application)
    case .applicationDescription: return .description(.application)
    case .samplerName, .selectorName: return .name(.sampler)
    default: return nil
    }
  }

  /// Returns whether a field of this length is supported.
  static func accepts(_ length: UInt16, _ use: Use) -> Bool {
    switch use {
    case .name, .description, .application: true
    default: (1...8).contains(length)
    }
  }
}
