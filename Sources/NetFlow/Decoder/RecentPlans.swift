/// The plans of the templates that sets have followed lately, each at the place to which its template's address leads.
///
/// A template's own reference to them is atomic, and one such load costs more than a record's decoding: two calls of the runtime.
struct RecentPlans: ~Copyable {
  private var recent: [(template: Template, plans: Template.Plans)?] = Array(repeating: nil, count: 64)

  /// Fields of a template that is kept here at most: a hostile one may have thousands, and is not to outlive its session.
  private static let maximumFields = 256

  /// The template's plans, made if this is its first data.
  @inline(__always)
  mutating func plans(of template: Template) -> Template.Plans {
    let address = Int(bitPattern: ObjectIdentifier(template))
    let place = (address &>> 4 ^ address &>> 10) & (recent.count &- 1)
    if let known = recent[place], known.template === template { return known.plans }
    return find(template, for: place)
  }

  private mutating func find(_ template: Template, for place: Int) -> Template.Plans {
    let plans = template.plans
    if template.fields.count <= Self.maximumFields { recent[place] = (template, plans) }
    return plans
  }
}
