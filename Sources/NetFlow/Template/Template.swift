import NetworkBytes
import Synchronization

/// Template as defined on the wire (RFC 7011 §3.4, RFC 3954 §5.2 and §6.1).
public struct TemplateDefinition: Hashable, Sendable, Decodable {
  public enum Kind: String, Sendable, Decodable {
    case flow
    case options
  }

  /// At least 256.
  public var id: UInt16
  /// 9 or 10.
  public var version: UInt16
  public var kind: Kind
  /// All fields in wire order; scope fields of an options template come first.
  public var fields: [FieldSpecifier]
  /// Number of scope fields in `fields`; 0 for a flow template.
  public var scopeCount: Int

  public init(id: UInt16, version: UInt16, kind: Kind, fields: [FieldSpecifier], scopeCount: Int = 0) {
    self.id = id
    self.version = version
    self.kind = kind
    self.fields = fields
    self.scopeCount = scopeCount
  }

  /// Octets of the shortest record, with variable-length fields counted as one. A definition with 0 is invalid, since a
  /// set would have infinitely many records.
  public var minimumLength: Int {
    fields.reduce(0) { $0 + ($1.isVariable ? 1 : Int($1.length)) }
  }
}

/// Template or options template of NetFlow v9 or IPFIX, with the plan that converts its records to flow records.
///
/// Immutable, so that sessions and workers share it without locks. Expensive parts are computed with the first record:
/// a sender can define a template in fewer octets than a record has, and never use it.
public final class Template: Sendable {
  public let definition: TemplateDefinition
  /// Octets of the shortest record, at least 1.
  public let minimumLength: Int
  /// Whether every record has `minimumLength` octets.
  public let isFixedLength: Bool
  /// Whether so many records fit into a datagram that they take long: of fixed length, shorter than an address, and of varying
  /// length, each of which is measured, shorter than what flows need. How many are decoded in a second is limited.
  let isOfShortRecords: Bool
  private let madePlans = AtomicLazyReference<Plans>()
  private let madeForm = AtomicLazyReference<Form>()
  private let madeTreatments = AtomicLazyReference<Treatments>()

  /// Plans for decoding records.
  final class Plans: Sendable {
    /// Fields of non-zero length: a hostile template can have thousands of others, and records of one octet.
    let sizedFields: [FieldSpecifier]
    /// Conversion to flow records, by indices of `sizedFields`; empty for options.
    let flow: FlowPlan
    /// Content of options records; empty for flows.
    let options: OptionsPlan

    init(_ definition: TemplateDefinition) {
      let isSized = definition.fields.allSatisfy { $0.length > 0 }
      sizedFields = isSized ? definition.fields : definition.fields.filter { $0.length > 0 }
      let isFlow = definition.kind == .flow
      flow = FlowPlan(fields: isFlow ? sizedFields : [], version: definition.version)
      options = OptionsPlan(fields: isFlow ? [] : sizedFields)
    }
  }

  private final class Form: Sendable {
    let form: RecordForm

    init(_ form: RecordForm) { self.form = form }
  }

  private final class Treatments: Sendable {
    let fields: [(field: Int, treatment: FieldTreatment)]

    init(_ fields: [(field: Int, treatment: FieldTreatment)]) { self.fields = fields }
  }

  /// - Returns: Nil if no field of `definition` has a length.
  public init?(_ definition: TemplateDefinition) {
    minimumLength = definition.minimumLength
    guard minimumLength > 0 else { return nil }
    self.definition = definition
    isFixedLength = !definition.fields.contains(where: \.isVariable)
    isOfShortRecords = definition.kind == .flow && minimumLength < (isFixedLength ? 4 : 20)
  }

  /// Computed on first use.
  @inline(__always)
  var plans: Plans { madePlans.load() ?? madePlans.storeIfNil(Plans(definition)) }
  /// The plans, if a record has been decoded by them.
  var knownPlans: Plans? { madePlans.load() }
  var usedPlan: FlowPlan? { knownPlans?.flow }

  /// Takes over those of a template with the same fields, version and kind, unless there are some.
  func adopt(_ plans: Plans) -> Plans { madePlans.storeIfNil(plans) }

  @inline(__always)
  var sizedFields: [FieldSpecifier] { plans.sizedFields }
  /// Form of fully decoded records.
  var form: RecordForm { (madeForm.load() ?? madeForm.storeIfNil(Form(RecordForm(of: definition.fields)))).form }
  /// Fields of `sizedFields` that are anonymized, by index, and how.
  var treatments: [(field: Int, treatment: FieldTreatment)] {
    (madeTreatments.load() ?? madeTreatments.storeIfNil(Treatments(sizedFields.treatments))).fields
  }
  /// Whether the records are options that describe information elements.
  var reportsElements: Bool { plans.options.reportsElements }

  public var id: UInt16 { definition.id }
  public var version: UInt16 { definition.version }
  public var kind: TemplateDefinition.Kind { definition.kind }
  public var fields: [FieldSpecifier] { definition.fields }
  public var scopeCount: Int { definition.scopeCount }
}

extension Template {
  /// Weight in the limits on fields: the fixed memory of a template equals that of about ten fields in use.
  var weight: Int { fields.count + 10 }

  /// Returns the maximum number of records in a set of this many octets.
  func recordBound(in octets: Int) -> Int { octets / minimumLength }

  /// Returns whether a set consists of records of this template, with up to three zeros of padding.
  func fits(_ set: RawSpan) -> Bool {
    guard set.byteCount >= minimumLength else { return false }
    var offset = 0
    if isFixedLength {
      offset = set.byteCount / minimumLength * minimumLength
    } else {
      var layout = RecordLayout()
      while set.byteCount - offset >= minimumLength {
        guard let length = layout.measure(sizedFields, in: set, at: offset) else { return false }
        offset += length
      }
    }
    return set.byteCount - offset < 4 && set.isZero(from: offset)
  }
}
