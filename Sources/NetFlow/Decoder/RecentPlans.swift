/// The plans of the templates that sets have followed lately, each at the place to which its template's address leads.
///
/// A template's own reference to them is atomic, and one such load costs more than a record's decoding: two calls of the runtime.
/// Thousands of exporters of one model have the same plans, which then stay in the nearest cache.
struct RecentPlans: ~Copyable {
  private var recent: [(template: Template, plans: Template.Plans)?] = Array(repeating: nil, count: 64)
  /// Plans that other templates may share.
  private var shared: [Origin: Template.Plans] = [:]

  /// All of a template that its plans follow from; its id does not count.
  private struct Origin: Hashable {
    let version: UInt16
    let kind: TemplateDefinition.Kind
    let fields: [FieldSpecifier]

    init(_ template: Template) { (version, kind, fields) = (template.version, template.kind, template.fields) }
  }

  /// Fields of a template that is kept here at most: a hostile one may have thousands, and is not to outlive its session.
  private static let maximumFields = 256
  /// Plans that are shared at most.
  private static let maximumShared = 256

  /// The template's plans, made if this is its first data.
  @inline(__always)
  mutating func plans(of template: Template) -> Template.Plans {
    let address = Int(bitPattern: ObjectIdentifier(template))
    let place = (address &>> 4 ^ address &>> 10) & (recent.count &- 1)
    if let known = recent[place], known.template === template { return known.plans }
    return find(template, for: place)
  }

  private mutating func find(_ template: Template, for place: Int) -> Template.Plans {
    if template.fields.count > Self.maximumFields { return template.plans }
    let plans = template.knownPlans ?? share(template)
    recent[place] = (template, plans)
    return plans
  }

  private mutating func share(_ template: Template) -> Template.Plans {
    let origin = Origin(template)
    if let plans = shared[origin] { return template.adopt(plans) }
    let plans = template.plans
    if shared.count >= Self.maximumShared { shared.removeAll(keepingCapacity: true) }
    shared[origin] = plans
    return plans
  }
}
