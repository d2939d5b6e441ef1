/// What the fields of a template become in a record that is decoded in full: found once, when the template is learnt.
struct RecordForm: Sendable {
  struct Field: Sendable, BitwiseCopyable {
    var type: AbstractType
    /// paddingOctets: left out.
    var isPadding = false
    /// Place among the record's decoded fields of the first field of the same name, if this one repeats it.
    var repeated: UInt16?
  }

  /// In wire order.
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
        // A set holds fewer than 2^14 field specifiers, so that places fit.
        if field.repeated == nil { places[name] = UInt16(truncatingIfNeeded: places.count) }
        hasRepeats = hasRepeats || field.repeated != nil
      }
      fields.append(field)
    }
  }
}
