import FlowModel
public import NetFlow
import Yams

/// A file that defines names and types of enterprise-specific information elements. It is parsed on initialization, so
/// that every instance is valid.
///
/// CSV if the name ends in `.csv`: lines of `enterprise,number,name,type`, `#` for comments. Otherwise YAML: a list of
/// maps with these keys.
public struct ElementsFile: Hashable, Sendable {
  /// As written; empty for none.
  public let path: String
  public let names: ElementNames

  /// Defines no elements.
  public init() {
    path = ""
    names = ElementNames()
  }

  /// - Parameters:
  ///   - path: path of the file; empty for none.
  ///   - directory: base of a relative path; empty, or ending with a slash.
  public init(_ path: String, directory: String = "") throws(ElementsFileError) {
    self.path = path
    if path.isEmpty {
      names = ElementNames()
      return
    }
    let place = path.hasPrefix("/") ? path : directory + path
    let text: String
    do throws(ConfigurationError) {
      text = try ConfigurationLayer.read(place)
    } catch {
      switch error {
      case .noSuchFile: throw ElementsFileError(message: "\(place): no such file; name another")
      default: throw ElementsFileError(message: error.description)
      }
    }
    names =
      place.lowercased().hasSuffix(".csv") ? try Self.csv(text, place) : try Self.yaml(text, place)
  }
}

/// What is wrong with an elements file, and where.
public struct ElementsFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}

extension ElementsFile {
  private static let keys = ["enterprise", "number", "name", "type"]

  private static func csv(_ text: String, _ path: String) throws(ElementsFileError) -> ElementNames {
    var names = ElementNames()
    var isFirst = true
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = line.prefix { $0 != "#" }
      if content.allSatisfy(\.isWhitespace) { continue }
      let fields = content.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
      defer { isFirst = false }
      if isFirst, fields == keys { continue }
      let place = "\(path):\(index + 1)"
      guard fields.count == keys.count else {
        throw ElementsFileError(
          message: "\(place): expected \(keys.joined(separator: ",")), found \(fields.count) fields")
      }
      try add(fields, to: &names, place)
    }
    return names
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  private static func yaml(_ text: String, _ path: String) throws(ElementsFileError) -> ElementNames {
    let root: Node?
    do {
      root = try Yams.Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch {
      throw ElementsFileError(message: "\(path): not YAML: \(Self.line(of: error))")
    }
    var names = ElementNames()
    guard let root else { return names }
    let example = "{enterprise: 9, number: 12345, name: example, type: unsigned32}"
    guard let list = root.sequence else {
      throw ElementsFileError(message: "\(path):\(root.mark?.line ?? 1): expected a list of maps such as - \(example)")
    }
    for node in list {
      let place = "\(path):\(node.mark?.line ?? 1)"
      guard let map = node.mapping else {
        throw ElementsFileError(message: "\(place): expected a map such as \(example)")
      }
      for key in map.keys where !keys.contains(key.scalar?.string ?? "") {
        throw ElementsFileError(
          message: "\(place): \(key.scalar?.string ?? "a key"): unknown key; expected \(keys.joined(separator: ", "))")
      }
      var fields: [String] = []
      for key in keys {
        guard let value = map[Node(key)]?.scalar?.string else {
          throw ElementsFileError(message: "\(place): \(key): expected, in a map such as \(example)")
        }
        fields.append(value)
      }
      try add(fields, to: &names, place)
    }
    return names
  }

  private static func line(of error: any Error) -> String {
    "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Adds an element from four fields, in the order of `keys`.
  private static func add(
    _ fields: [String], to names: inout ElementNames, _ place: String
  ) throws(ElementsFileError) {
    func wrong(_ key: Int, _ expected: String) -> ElementsFileError {
      ElementsFileError(
        message: "\(place): \(keys[key]): expected \(expected), found \(fields[key].isEmpty ? "nothing" : fields[key])")
    }
    guard let enterprise = UInt32(fields[0]) else { throw wrong(0, "a private enterprise number such as 9") }
    guard let number = UInt16(fields[1]), number <= 0x7fff else { throw wrong(1, "a number from 0 to 32767") }
    guard let type = AbstractType(rawValue: fields[3]) else {
      throw wrong(3, "one of \(AbstractType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let element = FieldElement(number, enterprise: enterprise)
    if names[element] != nil { throw wrong(1, "no duplicate elements") }
    do throws(ElementNames.Refusal) {
      try names.set(fields[2], type, for: element)
    } catch {
      switch error {
      case .registered: throw wrong(1, "an element that IANA's registry does not have")
      case .badName: throw wrong(2, "a name that IANA's registry does not have, without /")
      case .nameInUse: throw wrong(2, "no duplicate names")
      case .tooMany:
        throw ElementsFileError(message: "\(place): expected at most \(ElementNames.maximumCount) elements")
      }
    }
  }
}
