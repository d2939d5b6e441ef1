import FlowModel

/// Fields of a template by element: of each element the first.
///
/// A sender can define a template in fewer octets than a record has, so making its plan must be cheap: looking up an
/// element hashes nothing, and the table is never copied.
struct ElementPlaces: ~Copyable {
  private var steps: [FlowPlan.Step] = []
  /// For each element, one more than its index in `steps`; 0 if the template does not have it. Empty until there is a step:
  /// most templates have no reverse elements. An inline array would be copied as a whole with each look at it.
  private var numbers: [UInt16] = []

  /// Elements with greater numbers are not assigned, and no plan reads them.
  private static let elementCount = 1024

  /// Elements of the template, in order of their first fields.
  var elements: some Sequence<InformationElementID> { steps.lazy.map(\.element) }

  /// Adds a field, unless there is one with the same element.
  mutating func add(_ step: FlowPlan.Step) {
    let element = Int(step.element.rawValue)
    guard element < Self.elementCount else { return }
    if numbers.isEmpty { numbers = Array(repeating: 0, count: Self.elementCount) }
    guard numbers[element] == 0 else { return }
    steps.append(step)
    numbers[element] = UInt16(truncatingIfNeeded: steps.count)
  }

  subscript(element: InformationElementID) -> FlowPlan.Step? {
    precondition(element.rawValue < Self.elementCount, "a plan reads an element that is not recorded")
    if numbers.isEmpty { return nil }
    let number = Int(numbers[Int(element.rawValue)])
    return number == 0 ? nil : steps[number - 1]
  }
}
