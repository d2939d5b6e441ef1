import Foundation
import Yams

extension ConfigurationLayer {
  /// Maximum file size, octets.
  private static let maximumFileSize = 1 << 20

  /// Reads the settings of a YAML file with their lines. An empty file has none.
  init(file path: String, verifier: @escaping Verifier) throws(ConfigurationError) {
    let text = try Self.read(path)
    self.init(yaml: text, path: path, verifier: verifier)
  }

  /// Reads the settings of a YAML text; messages name `path`.
  init(yaml: String, path: String, verifier: @escaping Verifier) {
    let walk = Walk(path: path, verifier: verifier, source: YAMLSource(yaml))
    do {
      // Specifies the encoding, so that an environment variable of the library cannot change it.
      guard let root = try Yams.Parser(yaml: yaml, encoding: .utf8).singleRoot() else { return }
      if let mapping = root.mapping {
        collect(mapping, prefix: "", walk)
      } else if !Self.isNull(root) {
        report("expected keys such as listen:, found \(Self.kind(of: root))", at: walk.origin(root.mark))
      }
    } catch {
      reportSyntax(error, walk)
    }
  }

  struct Walk {
    var path: String
    var verifier: Verifier
    var source: YAMLSource

    func origin(_ mark: Mark?) -> ConfigurationOrigin {
      .file(path: path, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
  }

  private mutating func collect(_ mapping: Node.Mapping, prefix: String, _ walk: Walk) {
    for (keyNode, node) in mapping {
      let origin = walk.origin(keyNode.mark)
      guard let name = keyNode.scalar?.string else {
        report("expected a key, found \(Self.kind(of: keyNode))", at: origin)
        continue
      }
      let key = prefix + name
      if let setting = ConfigurationSchema.setting(key) {
        collect(node, for: setting, keyOrigin: origin, walk)
      } else if ConfigurationSchema.isSection(key) {
        if let inner = node.mapping {
          collect(inner, prefix: key + ".", walk)
        } else if !Self.isNull(node) {
          report("expected keys below it, found \(Self.kind(of: node))", key: key, at: walk.origin(node.mark))
        }
      } else {
        reportUnknown(key: Self.printable(key), at: origin) { ConfigurationSchema.nearestKey(to: key) }
      }
    }
  }

  private mutating func collect(_ node: Node, for setting: Setting, keyOrigin: ConfigurationOrigin, _ walk: Walk) {
    if let first = origins[setting.key] {
      report("duplicate key, first defined at \(first); remove one", key: setting.key, at: keyOrigin)
      return
    }
    // An absent value has no mark.
    let origin = Self.isNull(node) ? keyOrigin : walk.origin(node.mark)
    func refuse(_ node: Node, at origin: ConfigurationOrigin, _ expected: String) {
      report("expected \(expected), found \(Self.kind(of: node))", key: setting.key, at: origin)
    }
    switch (setting.shape, node) {
    case (.value, .scalar(let scalar)) where !Self.isNull(node):
      let text = setting.keepsLines ? walk.source.lines(of: scalar) : nil
      take([text ?? scalar.string], for: setting, at: origin, verifier: walk.verifier)
    case (.list, .sequence(let sequence)):
      var elements: [String] = []
      var places: [ConfigurationOrigin] = []
      for item in sequence {
        places.append(walk.origin(item.mark))
        guard let scalar = item.scalar, !Self.isNull(item) else {
          return refuse(item, at: walk.origin(item.mark), setting.expected)
        }
        elements.append(scalar.string)
      }
      take(elements, for: setting, at: origin, places: places, verifier: walk.verifier)
    case (.map, .mapping(let mapping)):
      var elements: [String] = []
      var places: [ConfigurationOrigin] = []
      for (name, value) in mapping {
        places.append(walk.origin(name.mark))
        guard let name = name.scalar?.string, let scalar = value.scalar, !Self.isNull(value) else {
          return refuse(value, at: walk.origin(name.mark), setting.expected)
        }
        elements.append("\(name)=\(scalar.string)")
      }
      take(elements, for: setting, at: origin, places: places, verifier: walk.verifier)
    case (.records, .sequence(let sequence)):
      guard let form = setting.form, let records = records(sequence, for: setting, form, walk) else { return }
      take(records, for: setting, at: origin)
    case (.value, _): refuse(node, at: origin, setting.expected)
    case (.records, _): refuse(node, at: origin, "a list of \(setting.expected)")
    case (.list, _): refuse(node, at: origin, "a list of \(setting.expected)")
    case (.map, _): refuse(node, at: origin, "a map of \(setting.expected)")
    }
  }

  static func isNull(_ node: Node) -> Bool { node.tag == Tag(.null) }

  /// Returns the kind of a node, in words.
  static func kind(of node: Node) -> String {
    switch node {
    case .scalar(let scalar): isNull(node) ? "nothing" : "'\(printable(scalar.string))'"
    case .sequence: "a list"
    case .mapping: "a map"
    case .alias: "an alias"
    }
  }
}

// MARK: - Files and syntax

extension ConfigurationLayer {
  private mutating func reportSyntax(_ error: any Error, _ walk: Walk) {
    switch error {
    case YamlError.composer(let context, let problem, let mark, _):
      report((context.map { $0.text + " " } ?? "") + problem, at: walk.origin(mark))
    case YamlError.scanner(let context, let problem, let mark, let yaml),
      YamlError.parser(let context, let problem, let mark, let yaml):
      let place = context.map { " " + $0.text } ?? ""
      let tab = Self.character(of: yaml, at: mark) == "\t" ? "; indent with spaces, not tabs" : ""
      report(problem + place + tab, at: walk.origin(mark))
    case YamlError.reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.count(where: \.isNewline) + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      report(problem, at: .file(path: walk.path, line: line, column: column))
    case YamlError.duplicatedKeysInMapping(let names, let context):
      report(
        "duplicate key; keep one", key: names.joined(separator: ", "),
        at: walk.origin(context.mark))
    default:
      report("not YAML: \(error)", at: walk.origin(nil))
    }
  }

  private static func character(of yaml: String, at mark: Mark) -> Character? {
    let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(mark.line - 1) else { return nil }
    return lines[mark.line - 1].dropFirst(mark.column - 1).first
  }

  static func read(_ path: String) throws(ConfigurationError) -> String {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      data = try handle.read(upToCount: maximumFileSize + 1) ?? Data()
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      throw .noSuchFile(path)
    } catch CocoaError.fileReadNoPermission {
      throw .notPermitted(path)
    } catch {
      throw .unreadable(path, reason: "cannot be read; give a YAML file")
    }
    guard data.count <= maximumFileSize else {
      throw .unreadable(path, reason: "larger than 1 MiB; give a YAML file")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadable(path, reason: "line \(lineOfInvalidText(data)) is not UTF-8; save the file as UTF-8")
    }
    return text
  }

  private static func lineOfInvalidText(_ data: Data) -> Int {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
  }
}
