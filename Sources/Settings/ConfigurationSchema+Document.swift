extension ConfigurationSchema {
  /// The text of the shipped configuration file: every key with its default and a one-line comment.
  public static var document: String {
    let defaults = CollectorConfiguration()
    var lines = [
      "# sagflow: the collector's settings, each at its default. An empty file means the same as this one.",
      "# Durations: seconds, or with a unit (s, m, h, d). Sizes: bytes, or with a unit (k, M, G: 1000s; Ki, Mi, Gi: 1024s).",
      "# Precedence, highest first: options, environment (SAGFLOW_STORE_PATH for store.path), this file, defaults.",
      "# `sagflow config check` validates it; `systemctl reload sagflow` applies what can change at runtime.",
    ]
    var open: [String] = []
    for setting in settings {
      let parents = Array(setting.components.dropLast())
      for depth in parents.indices where Array(open.prefix(depth + 1)) != Array(parents.prefix(depth + 1)) {
        let key = parents.prefix(depth + 1).joined(separator: ".")
        let indent = String(repeating: "  ", count: depth)
        if depth == 0 { lines.append("") }
        lines += sections.filter { $0.key == key }.map { "\(indent)# \($0.comment)" }
        lines.append("\(indent)\(parents[depth]):")
      }
      if parents.isEmpty { lines.append("") }
      open = parents
      let indent = String(repeating: "  ", count: parents.count)
      lines.append("\(indent)# \(setting.comment)")
      lines += line(of: setting, in: defaults, indent: indent)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `name: value`; a long list continues on following lines.
  private static func line(of setting: Setting, in values: CollectorConfiguration, indent: String) -> [String] {
    let name = setting.components.last ?? setting.key
    let whole = "\(indent)\(name): \(setting.text(in: values))"
    guard whole.count > 118, setting.shape == .list else { return [whole] }
    var lines = ["\(indent)\(name):"]
    var rest = setting.text(in: values).dropFirst().dropLast().split(separator: " ")[...]
    var current = "\(indent)  ["
    while let next = rest.popFirst() {
      let room = current.hasSuffix("[") ? "" : " "
      if (current + room + next).count > 116 {
        lines.append(current)
        current = "\(indent)   " + next
      } else {
        current += room + next
      }
    }
    return lines + [current + "]"]
  }

  /// Returns the keys of a list's records; empty for other settings.
  package static func fields(of setting: Setting) -> [(name: String, expected: String, comment: String)] {
    (setting.form?.fields ?? []).map { ($0.name, ($0.isList ? "list of " : "") + $0.expected, $0.comment) }
  }

  /// The table of settings for the manual, in Markdown.
  public static var manual: String {
    let defaults = CollectorConfiguration()
    var lines = ["| key | default | accepted | variable | changes |", "|---|---|---|---|---|"]
    for setting in settings {
      let value = setting.text(in: defaults)
      let accepted =
        switch setting.shape {
        case .value: setting.expected
        case .list: "list of \(setting.expected)"
        case .map: "map of \(setting.expected)"
        case .records: "list of \(setting.expected)"
        }
      let variable = setting.shape == .records ? "–" : "`\(ConfigurationLayer.variable(for: setting))`"
      lines.append(
        "| `\(setting.key)` | `\(value)` | \(accepted) | \(variable) | "
          + (setting.change == .live ? "on reload |" : "at restart |"))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
