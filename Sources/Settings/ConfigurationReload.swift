/// What becomes of a running collector's configuration when another one is loaded.
public struct ConfigurationReload: Sendable {
  /// The running configuration with the settings changed that can change while running; all others as they were.
  public let values: CollectorConfiguration
  /// Every setting that differs, in the order of the schema.
  public let changes: [Change]

  public struct Change: Hashable, Sendable, CustomStringConvertible {
    public var key: String
    /// The running and the loaded value, as in the file.
    public var old: String
    public var new: String
    /// Whether it waits for the next start.
    public var needsRestart: Bool
    /// Whether the setting is as it was, and the file that it names has changed.
    public var isOfContent = false

    /// One line for the log.
    public var description: String {
      isOfContent
        ? "\(key): \(new) has changed and was reloaded"
        : needsRestart
          ? "\(key) stays \(old); restart to apply \(new)"
          : "\(key) is now \(new), was \(old)"
    }
  }

  public init(from running: CollectorConfiguration, to loaded: CollectorConfiguration) {
    var values = running
    values.live = loaded.live
    var changes: [Change] = []
    for setting in ConfigurationSchema.settings {
      // Of one list, some elements may change at once and others wait.
      changes += Self.change(of: setting, from: running, to: values, needsRestart: false)
      changes += Self.change(of: setting, from: values, to: loaded, needsRestart: true)
    }
    self.values = values
    self.changes = changes
  }

  private static func change(
    of setting: Setting, from old: CollectorConfiguration, to new: CollectorConfiguration, needsRestart: Bool
  ) -> [Change] {
    if setting.elements(old) == setting.elements(new) {
      if setting.hasSameContent(old, new) { return [] }
      let text = shortened(setting.text(in: new))
      return [Change(key: setting.key, old: text, new: text, needsRestart: needsRestart, isOfContent: true)]
    }
    return [
      Change(
        key: setting.key, old: shortened(setting.text(in: old)), new: shortened(setting.text(in: new)),
        needsRestart: needsRestart)
    ]
  }

  /// A filter may have thousands of addresses, which nobody reads in a log.
  private static func shortened(_ text: String) -> String {
    text.utf8.count > 1000 ? text.prefix(1000) + "…" : text
  }
}
