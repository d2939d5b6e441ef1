import FlowModel
import NetworkBytes
import Parquet

/// A value that is stored as text; one value means null.
protocol Textual: Internable {
  var isNull: Bool { get }
  func appendText(to text: inout [UInt8])
}

/// `::` is null.
extension IPAddress: Textual {
  var isNull: Bool { isUnspecified }
}

/// A MAC address; all zeros is null.
struct MACAddress: Textual {
  let octets: UInt64

  var words: (UInt64, UInt64) { (octets, 0) }
  var isNull: Bool { octets == 0 }
  func appendText(to text: inout [UInt8]) { ValueText.appendMAC(octets, to: &text) }
}

/// A column's values as indices into a dictionary in order of first appearance; each is formatted once per row group.
struct DictionaryBuffer<Value: Textual & Sendable>: Sendable {
  private let isNullable: Bool
  private var numbers = Interner<Value>()
  private var indices: [UInt32] = []

  init(isNullable: Bool) { self.isNullable = isNullable }

  mutating func removeAll() {
    numbers.removeAll()
    indices.removeAll(keepingCapacity: true)
  }

  mutating func append(_ value: Value) { indices.append(index(of: value)) }

  /// Appends what `make` makes of some values. Rows that follow one another often have the same.
  @inline(__always)
  mutating func append<Raw: Equatable & BitwiseCopyable>(_ raw: Span<Raw>, _ make: (Raw) -> Value) {
    if raw.isEmpty { return }
    var last = raw[0]
    var number = index(of: make(last))
    // Taken out, so that values can be numbered while it changes.
    var indices: [UInt32] = []
    swap(&indices, &self.indices)
    indices.append(addingCapacity: raw.count) { output in
      for row in raw.indices {
        if raw[row] != last {
          last = raw[row]
          number = index(of: make(last))
        }
        output.append(number)
      }
    }
    self.indices = indices
  }

  @inline(__always)
  private mutating func index(of value: Value) -> UInt32 {
    isNullable && value.isNull ? ParquetWriter.nullIndex : numbers.number(of: value)
  }

  /// Writes a column of one value.
  func write(repeating value: Value, to file: inout ParquetWriter) throws(ParquetError) {
    if isNullable, value.isNull { return try file.writeNulls() }
    var text: [UInt8] = []
    value.appendText(to: &text)
    try file.write(repeating: text.span)
  }

  func write(to file: inout ParquetWriter) throws(ParquetError) {
    var texts = StringDictionary()
    var text: [UInt8] = []
    for value in numbers.values {
      text.removeAll(keepingCapacity: true)
      value.appendText(to: &text)
      texts.append(text.span)
    }
    try file.write(indices: indices.span, dictionary: texts)
  }
}

/// A column's texts as indices into a dictionary in order of first appearance.
struct TextBuffer: Sendable {
  private var known: [String: UInt32] = [:]
  private var texts = StringDictionary()
  private var indices: [UInt32] = []

  /// - Parameter text: nil is null.
  /// - Returns: its index.
  @discardableResult
  mutating func append(_ text: String?) -> UInt32 {
    let index = text.map { self.index(of: $0) } ?? ParquetWriter.nullIndex
    indices.append(index)
    return index
  }

  mutating func append(index: UInt32) { indices.append(index) }

  private mutating func index(of text: String) -> UInt32 {
    if let index = known[text] { return index }
    let index = texts.append(text)
    known[text] = index
    return index
  }

  func write(to file: inout ParquetWriter) throws(ParquetError) {
    try file.write(indices: indices.span, dictionary: texts)
  }
}
