import NetFlow
import NetworkBytes
import Parquet

/// A value of which one stands for null, and which a column has as text.
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
  func appendText(to text: inout [UInt8]) { FlowText.appendMAC(octets, to: &text) }
}

/// A dictionary of values in order of first appearance; their texts are made once a row group.
struct ValueDictionary<Value: Textual & Sendable>: Sendable {
  private var numbers = Interner<Value>()

  mutating func removeAll() {
    numbers.removeAll()
  }

  @inline(__always)
  mutating func index(of value: Value) -> UInt32 {
    value.isNull ? ParquetWriter.nullIndex : numbers.number(of: value)
  }

  /// Appends the index of one value of each record.
  @inline(__always)
  mutating func append(each records: [FlowRecord], to indices: inout [UInt32], _ value: (FlowRecord) -> Value) {
    indices.append(addingCapacity: records.count) { indices in
      for record in records { indices.append(index(of: value(record))) }
    }
  }

  func texts() -> StringDictionary {
    var texts = StringDictionary()
    var text: [UInt8] = []
    for value in numbers.values {
      text.removeAll(keepingCapacity: true)
      value.appendText(to: &text)
      texts.append(text.span)
    }
    return texts
  }
}

/// A dictionary of texts in order of first appearance, each found by what it was made of.
struct TextDictionary<Key: Hashable & Sendable>: Sendable {
  private var indices: [Key: UInt32] = [:]
  private(set) var texts = StringDictionary()

  /// - Parameter text: the text of `key`; nil is null.
  mutating func index(of key: Key, text: @autoclosure () -> String?) -> UInt32 {
    if let known = indices[key] { return known }
    let index = text().map { texts.append($0) } ?? ParquetWriter.nullIndex
    indices[key] = index
    return index
  }
}
