import Configuration
import FlowText

/// The settings of one source, with their places and problems.
struct ConfigurationLayer {
  /// Returns what was expected if an element is invalid although the schema accepts it, otherwise nil.
  typealias Verifier = @Sendable (_ key: String, _ element: String) -> String?

  private(set) var elements: [String: [String]] = [:]
  private(set) var origins: [String: ConfigurationOrigin] = [:]
  private(set) var problems: [ConfigurationProblem] = []
  /// Values of settings that are lists of records.
  private(set) var records: [String: [LayerRecord]] = [:]

  mutating func report(_ message: String, key: String? = nil, at origin: ConfigurationOrigin) {
    problems.append(ConfigurationProblem(origin: origin, key: key, message: message))
  }

  /// Reports an unknown key.
  ///
  /// - Parameters:
  ///   - advice: what to do if no known key is similar.
  ///   - nearest: finds the intended key. It compares all names, so it is called only for problems that are shown.
  mutating func reportUnknown(
    _ what: String = "key", key: String? = nil, at origin: ConfigurationOrigin, advice: String = "remove it",
    nearest: () -> String?
  ) {
    let isShown = problems.count < ConfigurationError.maximumLines
    let near = isShown ? nearest() : nil
    report("unknown \(what); " + (near.map { "did you mean \($0)?" } ?? advice), key: key, at: origin)
  }

  /// Stores a setting's elements if they are valid; otherwise reports the first invalid one.
  ///
  /// - Parameter places: the place of each element, if known more precisely than `origin`.
  mutating func take(
    _ values: [String], for setting: Setting, at origin: ConfigurationOrigin, places: [ConfigurationOrigin] = [],
    verifier: Verifier
  ) {
    if let fault = setting.fault(values) {
      let index = fault.element.flatMap { values.indices.contains($0) ? $0 : nil }
      let place = index.flatMap { places.indices.contains($0) ? places[$0] : nil } ?? origin
      report(Self.message(expected: fault.expected, found: index.map { values[$0] }), key: setting.key, at: place)
      return
    }
    for (index, value) in values.enumerated() {
      guard let expected = verifier(setting.key, value) else { continue }
      let place = places.indices.contains(index) ? places[index] : origin
      report(Self.message(expected: expected, found: value), key: setting.key, at: place)
      return
    }
    elements[setting.key] = values
    origins[setting.key] = origin
  }

  /// Stores a list of records whose fields are valid.
  mutating func take(_ values: [LayerRecord], for setting: Setting, at origin: ConfigurationOrigin) {
    records[setting.key] = values
    origins[setting.key] = origin
  }

  /// Returns a provider for swift-configuration: plain values as strings, lists and maps as arrays of strings.
  func provider(named name: String) -> InMemoryProvider {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (key, elements) in elements {
      guard let setting = ConfigurationSchema.setting(key) else { continue }
      let content: ConfigContent =
        setting.shape == .value ? .string(elements.first ?? "") : .stringArray(elements)
      values[AbsoluteConfigKey(setting.components)] = ConfigValue(content, isSecret: false)
    }
    return InMemoryProvider(name: name, values: values)
  }

  static func message(expected: String, found: String?) -> String {
    guard let found else { return "expected \(expected)" }
    return found.isEmpty ? "expected \(expected), found nothing" : "expected \(expected), found '\(printable(found))'"
  }

  /// Returns at most 80 characters on one line.
  static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(80).map { scalar in
      ShownText.isShown(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return scalars.joined() + (text.unicodeScalars.count > 80 ? "…" : "")
  }
}

/// A value given on the command line: option, setting and elements.
public struct ConfigurationOverride: Sendable {
  public var option: String
  public var key: String
  public var elements: [String]

  public init(option: String, key: String, elements: [String]) {
    self.option = option
    self.key = key
    self.elements = elements
  }
}

extension ConfigurationLayer {
  /// Reads command-line options.
  init(overrides: [ConfigurationOverride], verifier: Verifier) {
    for override in overrides {
      let origin = ConfigurationOrigin.option(override.option)
      guard let setting = ConfigurationSchema.setting(override.key) else {
        report("sets the unknown key \(override.key)", at: origin)
        continue
      }
      take(override.elements, for: setting, at: origin, verifier: verifier)
    }
  }
}
