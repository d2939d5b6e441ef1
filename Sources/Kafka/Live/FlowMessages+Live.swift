import FlowModel
import FlowText
import NetworkBytes
import Parquet

// Encodes rows in memory column by column, like those of files, so that shared content is written once.
extension FlowMessages {
  package init(_ batch: LiveBatch) {
    self.init()
    let (origins, indices) = batch.usedOrigins()
    for field in FlowMessageField.all { add(field, batch, origins, indices) }
    maximumLength += constant.count
  }

  private mutating func add(
    _ field: FlowMessageField, _ batch: LiveBatch, _ origins: [FlowOrigin], _ indices: [UInt32]
  ) {
    let records = batch.records
    switch field.column.values {
    case .time(let reader):
      let times = IntegerColumn(Self.values(reader, records).map { UInt64(bitPattern: $0) })
      addTimes(field.form == .endNanoseconds ? [field.number, FlowMessageField.received] : [field.number], times)
    case .counter(let reader), .mac(let reader): addNumbers(field, IntegerColumn(Self.values(reader, records)))
    case .number(_, let reader): addNumbers(field, IntegerColumn(Self.values(reader, records)))
    case .address(let reader, _): addAddresses(field, Self.values(reader, records))
    case .word(let reader, let words):
      // The entry after the last one is for unassigned numbers.
      let places = Self.values(reader, records).map { min($0, UInt32(words.count)) }
      addEntries(words.count + 1, places) { entry, octets in
        if entry < words.count, let word = words[entry] { Self.append(field, word, to: &octets) }
      }
    case .origin(let value):
      addEntries(origins.count, origins.count > 1 ? indices : nil) { entry, octets in
        switch value {
        case .address(let read): Self.append(field, read(origins[entry]), to: &octets)
        case .number(_, let read): Protobuf.append(field.number, UInt64(read(origins[entry])), to: &octets)
        case .text(let read): Self.append(field, read(origins[entry]), to: &octets)
        }
      }
    case .rare(let value): addRare(field, value, batch)
    case .exporterName(let kind, let number, let fact):
      if batch.names.has(kind) || fact != nil && !batch.facts.isEmpty {
        addNames(field, kind, number, fact, batch, origins, indices)
      }
    case .fact(let read): if !batch.facts.isEmpty { addFacts(field, read, batch) }
    }
  }

  private static func values<Value>(_ reader: RecordReader<Value>, _ records: [FlowRecord]) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(records.count)
    reader.append(records, to: &values)
    return values
  }

  private mutating func addAddresses(_ field: FlowMessageField, _ addresses: [IPAddress]) {
    guard let first = addresses.first else { return }
    if addresses.allSatisfy({ $0 == first }) { return Self.append(field, first, to: &constant) }
    add(.addresses(field, addresses), room: Self.addressRoom)
  }

  /// Adds a rare field.
  private mutating func addRare(_ field: FlowMessageField, _ value: FlowColumn.RareValue, _ batch: LiveBatch) {
    if batch.extensions.isEmpty { return }
    // The first entry is for rows without one.
    addEntries(batch.extensions.count + 1, batch.records.map(\.extensionNumber)) { entry, octets in
      if entry == 0 { return }
      let rare = batch.extensions[entry - 1]
      switch value {
      case .address(let read): Self.append(field, read(rare), to: &octets)
      case .number(_, let read): Protobuf.append(field.number, UInt64(read(rare)), to: &octets)
      case .counter(let read): Protobuf.append(field.number, read(rare), to: &octets)
      case .text(let read), .json(let read): if let text = read(rare) { Self.append(field, text, to: &octets) }
      }
    }
  }

  /// Adds a fact, looking up each text once.
  private mutating func addFacts(_ field: FlowMessageField, _ read: FlowColumn.FactReader, _ batch: LiveBatch) {
    // The first entry is for rows without facts.
    var numbers: [UInt32] = [0]
    var entries: [UInt32: UInt32] = [0: 0]
    let places = batch.facts.map { facts in
      let number = read(facts)
      if let entry = entries[number] { return entry }
      let entry = UInt32(truncatingIfNeeded: numbers.count)
      numbers.append(number)
      entries[number] = entry
      return entry
    }
    addEntries(numbers.count, places) { entry, octets in
      if let text = batch.names.texts[numbers[entry]] { Self.append(field, text, to: &octets) }
    }
  }

  /// Adds the names that exporters give to numbers, or otherwise known ones, looking up each once.
  private mutating func addNames(
    _ field: FlowMessageField, _ kind: ExporterNames.Kind,
    _ number: @Sendable (FlowRecord, FlowExtension?) -> UInt64?, _ fact: FlowColumn.FactReader?, _ batch: LiveBatch,
    _ origins: [FlowOrigin], _ indices: [UInt32]
  ) {
    struct Key: Hashable {
      var origin: UInt32
      var fact: UInt32
      var number: UInt64
    }
    // The first entry is for rows without a name.
    var names: [String?] = [nil]
    var entries: [Key: UInt32] = [:]
    var places: [UInt32] = []
    places.reserveCapacity(batch.records.count)
    for (row, record) in batch.records.enumerated() {
      guard let number = number(record, batch.rare(record)) else {
        places.append(0)
        continue
      }
      let key = Key(origin: indices[row], fact: fact?(batch.facts(of: row)) ?? 0, number: number)
      if let entry = entries[key] {
        places.append(entry)
        continue
      }
      let entry = UInt32(truncatingIfNeeded: names.count)
      names.append(batch.names.name(kind, number, of: origins[Int(key.origin)]) ?? batch.names.texts[key.fact])
      entries[key] = entry
      places.append(entry)
    }
    addEntries(names.count, places) { entry, octets in
      if let name = names[entry] { Self.append(field, name, to: &octets) }
    }
  }
}

extension IntegerColumn {
  fileprivate init(_ values: [UInt32]) {
    let first = values.first ?? 0
    self = values.allSatisfy { $0 == first } ? .constant(UInt64(first)) : .narrow(values)
  }

  fileprivate init(_ values: [UInt64]) {
    let first = values.first ?? 0
    self = values.allSatisfy { $0 == first } ? .constant(first) : .wide(values)
  }
}

/// Encodes rows in memory as JSON objects.
struct LiveLines: MessageEncoder {
  private var printer: FlowPrinter
  private let batch: LiveBatch

  init(_ batch: LiveBatch, names: FieldNames) {
    self.batch = batch
    printer = FlowPrinter(.json, names: names)
  }

  var maximumRows: Int { MessageBatch.maximumCount }

  mutating func encode(_ rows: ArraySlice<Int>, into messages: inout MessageBatch) {
    messages.octets.removeAll(keepingCapacity: true)
    for row in rows {
      let start = messages.octets.count
      printer.append(batch.row(row), to: &messages.octets)
      // Without the line feed.
      messages.octets.removeLast()
      messages.messages.append(.init(range: start..<messages.octets.count, key: 0, row: row))
    }
  }
}
