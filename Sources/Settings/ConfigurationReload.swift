/// The effect of loading another configuration in a running collector.
public struct ConfigurationReload: Sendable {
  /// The running configuration with the new values of settings that can change on reload.
  public let values: CollectorConfiguration
  /// Every setting that differs, in the order of the schema.
  public let changes: [Change]

  public struct Change: Hashable, Sendable, CustomStringConvertible {
    public var key: String
    /// The running and the loaded value, as in the file.
    public var old: String
    public var new: String
    /// Whether it takes effect only after a restart.
    public var needsRestart: Bool
    /// Whether the setting is unchanged, but the file that it names has changed.
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
      // In one list, some elements may change on reload and others require a restart.
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

  /// A filter may contain thousands of addresses.
  private static func shortened(_ text: String) -> String {
    text.utf8.count > 1000 ? text.prefix(1000) + "…" : text
  }
}
