/// Form of fully decoded records of a template, determined once per template.
struct RecordForm: Sendable {
  struct Field: Sendable, BitwiseCopyable {
    var type: AbstractType
    /// Whether the field is paddingOctets, which is omitted.
    var isPadding = false
    /// Index among the decoded fields of the first field of the same name if this one repeats it.
    var repeated: UInt16?
  }

  /// Fields in wire order.
  private(set) var fields: [Field] = []
  /// Whether a name occurs more than once.
  private(set) var hasRepeats = false

  init(of specifiers: [FieldSpecifier]) {
    var places: [FieldName: UInt16] = [:]
    places.reserveCapacity(specifiers.count)
    fields.reserveCapacity(specifiers.count)
    for specifier in specifiers {
      let name = FieldName(specifier)
      var field = Field(type: name.type, isPadding: name.isPadding)
      if !field.isPadding {
        field.repeated = places[name]
        // A set has fewer than 2^14 field specifiers, so indices fit.
        if field.repeated == nil { places[name] = UInt16(truncatingIfNeeded: places.count) }
        hasRepeats = hasRepeats || field.repeated != nil
      }
      fields.append(field)
    }
  }
}
