/// Writes members with dotted names as nested objects: `source.ip` becomes `{"source":{"ip":…}}`.
///
/// Only the open objects are tracked between members, so members of one object must be consecutive.
struct JSONNests: Sendable {
  /// Object names as written by `JSONText.appendKey`, one per node of the tree.
  private var objects: [[UInt8]] = []
  /// The objects around each column's member, outermost first.
  private var paths: [[Int]] = []
  /// Each column's own name, likewise.
  private var keys: [[UInt8]] = []
  private var open: [Int] = []

  init(_ names: [String]) {
    var numbers: [ArraySlice<Substring>: Int] = [:]
    for name in names {
      let parts = name.split(separator: ".")
      var path: [Int] = []
      for end in parts.indices.dropLast() {
        let place = parts[...end]
        let number = numbers[place] ?? objects.count
        if number == objects.count {
          numbers[place] = number
          objects.append(Self.key(parts[end]))
        }
        path.append(number)
      }
      paths.append(path)
      keys.append(Self.key(parts.last ?? ""))
    }
  }

  private static func key(_ name: Substring) -> [UInt8] {
    var key: [UInt8] = []
    JSONText.appendKey(String(name), to: &key)
    return key
  }

  /// Appends a column's name within its objects; its value follows.
  mutating func append(_ column: Int, _ object: inout JSONObject, to json: inout [UInt8]) {
    let path = paths[column]
    var common = 0
    while common < open.count, common < path.count, open[common] == path[common] { common += 1 }
    close(to: common, &object, to: &json)
    for number in path[common...] {
      object.enter(key: objects[number], to: &json)
      open.append(number)
    }
    object.append(key: keys[column], to: &json)
  }

  /// Closes open objects at the end of a row.
  mutating func end(_ object: inout JSONObject, to json: inout [UInt8]) { close(to: 0, &object, to: &json) }

  private mutating func close(to depth: Int, _ object: inout JSONObject, to json: inout [UInt8]) {
    while open.count > depth {
      open.removeLast()
      object.leave(to: &json)
    }
  }
}
