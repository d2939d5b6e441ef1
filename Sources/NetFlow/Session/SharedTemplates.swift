/// The templates of one session that others may take over. Nearly all sessions have few, for which a dictionary would take more
/// memory than they do.
struct SharedTemplates: Sendable {
  private var few: [Template] = []
  private var many: [UInt16: Template] = [:]

  private static let mostOfFew = 8

  var count: Int { few.count + many.count }
  var isEmpty: Bool { count == 0 }
  var all: [Template] { few + many.values }

  subscript(id: UInt16) -> Template? { many.isEmpty ? few.first { $0.id == id } : many[id] }

  /// Takes a template in, in place of the one with its id.
  ///
  /// - Returns: whether there was none.
  mutating func update(_ template: Template) -> Bool {
    if many.isEmpty {
      if let place = few.firstIndex(where: { $0.id == template.id }) {
        few[place] = template
        return false
      }
      few.append(template)
      if few.count > Self.mostOfFew {
        for template in few { many[template.id] = template }
        few = []
      }
      return true
    }
    return many.updateValue(template, forKey: template.id) == nil
  }

  /// - Returns: whether there was any.
  mutating func remove(_ id: UInt16) -> Bool {
    if !many.isEmpty { return many.removeValue(forKey: id) != nil }
    guard let place = few.firstIndex(where: { $0.id == id }) else { return false }
    few.remove(at: place)
    return true
  }
}
