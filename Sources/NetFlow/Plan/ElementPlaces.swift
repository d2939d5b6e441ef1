import FlowModel

/// Fields of a template by element: of each element the first.
///
/// A sender can define a template in fewer octets than a record has, so making its plan must be cheap: looking up an
/// element hashes nothing, and the table is never copied.
struct ElementPlaces: ~Copyable {
  private var steps: [FlowPlan.Step] = []
  /// For each element, one more than its index in `steps`; 0 if the template does not have it.
  /// Elements with greater numbers are not assigned, and no plan reads them.
  private var numbers: [1024 of UInt16] = .init(repeating: 0)

  /// Elements of the template, in order of their first fields.
  var elements: some Sequence<InformationElementID> { steps.lazy.map(\.element) }

  /// Adds a field, unless there is one with the same element.
  mutating func add(_ step: FlowPlan.Step) {
    let element = Int(step.element.rawValue)
    guard element < numbers.count, numbers[element] == 0 else { return }
    steps.append(step)
    numbers[element] = UInt16(truncatingIfNeeded: steps.count)
  }

  subscript(element: InformationElementID) -> FlowPlan.Step? {
    precondition(element.rawValue < numbers.count, "a plan reads an element that is not recorded")
    let number = Int(numbers[Int(element.rawValue)])
    return number == 0 ? nil : steps[number - 1]
  }
}
