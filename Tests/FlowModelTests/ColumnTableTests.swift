import FlowModel
import Testing

@Suite("The table of columns")
struct ColumnTableTests {
  private let columns = FlowColumn.allCases

  @Test("Numbers are places, and names are told apart")
  func numbers() {
    #expect(columns.map(\.number) == Array(0..<columns.count))
    let names = columns.map(\.name) + columns.flatMap(\.aliases)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLowercase || $0.isNumber) }, "\(name)")
    }
  }

  @Test("What one end has, the other has, of the same kind and with the same abilities")
  func ends() throws {
    for property in FlowColumn.End.Property.allCases {
      let sources = columns.filter { $0.end == FlowColumn.End(.source, property) }
      try #require(sources.count == 1, "\(property)")
      let destination = try #require(sources[0].otherEnd)
      #expect(destination.otherEnd == sources[0])
      #expect(destination.kind == sources[0].kind)
      #expect(destination.isNullable == sources[0].isNullable)
      #expect(destination.isKey == sources[0].isKey)
      #expect(destination.isStandardKey == sources[0].isStandardKey)
      #expect(destination.filterTerm?.word == sources[0].filterTerm?.word)
    }
    #expect(FlowColumn.octets.otherEnd == nil)
  }

  @Test("A filter's words mean one column for each side, and a table shows each place once")
  func words() {
    let terms = columns.compactMap(\.filterTerm)
    #expect(Set(terms).count == terms.count)
    let places = columns.compactMap(\.tablePlace).sorted()
    #expect(places == Array(1...places.count))
    for column in columns {
      if case .with(let name, _) = column.keyRole { #expect(columns.named(name)?.isKey == true, "\(column)") }
    }
  }

  @Test("One record at a time and many at once read the same")
  func readers() {
    var random = SystemRandomNumberGenerator()
    let records = (0..<1000).map { _ in Sample.record(&random) }
    func same<Value: Equatable>(_ reader: RecordReader<Value>, _ column: FlowColumn) {
      var values: [Value] = []
      reader.append(records, to: &values)
      #expect(values == records.map(reader.value), "\(column)")
    }
    for column in columns {
      switch column.values {
      case .time(let reader): same(reader, column)
      case .counter(let reader), .mac(let reader): same(reader, column)
      case .number(_, let reader), .word(let reader, _): same(reader, column)
      case .address(let reader, _): same(reader, column)
      case .origin, .rare, .exporterName, .fact: break
      }
    }
  }
}
