import FlowText
package import Foundation
package import Logging
import Settings

/// A log message as one line of text or JSON.
package struct LogLine {
  package var level: Logger.Level
  package var label: String
  package var message: String
  package var metadata: Logger.Metadata
  package var time: Date

  package init(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata, time: Date) {
    self.level = level
    self.label = label
    self.message = message
    self.metadata = metadata
    self.time = time
  }

  /// Returns the line, including its ending.
  package func rendered(_ style: LogStyle) -> String {
    let priority = style.prefix == .priority ? "<\(level.priority)>" : ""
    switch style.format {
    case .text: return priority + text(style) + "\n"
    case .json: return priority + json(withTime: style.prefix == .time) + "\n"
    }
  }

  private func text(_ style: LogStyle) -> String {
    var text = ""
    if style.prefix == .time {
      let name = level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
      text += "\(stamp) \(style.colour ? level.coloured(name) : name) \(label): "
    } else if label != "sagflow" {
      text += "\(label): "
    }
    text += ShownText.escaped(message)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      text += " \(ShownText.escaped(key))=\(ShownText.escaped("\(value)"))"
    }
    return text
  }

  private func json(withTime: Bool) -> String {
    var members: [(String, String)] = withTime ? [("time", stamp)] : []
    members += [("level", level.rawValue), ("label", label), ("message", message)]
    let taken = Set(members.map(\.0) + ["time"])
    members += metadata.sorted { $0.key < $1.key }.map {
      (taken.contains($0.key) ? "\($0.key)_" : $0.key, "\($0.value)")
    }
    return "{" + members.map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}"
  }

  private var stamp: String {
    time.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)) + "Z"
  }

  private static func quoted(_ text: String) -> String {
    let inner = text.unicodeScalars.map { scalar in
      scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : ShownText.escaped(String(scalar))
    }
    return "\"" + inner.joined() + "\""
  }
}

extension Logger.Level {
  /// The priority for syslog(3) and the journal.
  var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  func coloured(_ text: String) -> String {
    switch self {
    case .critical, .error: "\u{1b}[31m\(text)\u{1b}[0m"
    case .warning: "\u{1b}[33m\(text)\u{1b}[0m"
    case .trace, .debug: "\u{1b}[2m\(text)\u{1b}[0m"
    case .info, .notice: text
    }
  }
}
