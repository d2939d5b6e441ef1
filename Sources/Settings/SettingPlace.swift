/// Where a setting is in the configuration, which decides when a changed value takes effect: what is in `LiveSettings` on
/// reload, all else when the collector starts again.
struct SettingPlace<Value: Sendable>: Sendable {
  let change: Setting.Change
  let get: @Sendable (CollectorConfiguration) -> Value
  let set: @Sendable (inout CollectorConfiguration, Value) -> Void

  static func live(_ path: any WritableKeyPath<LiveSettings, Value> & Sendable) -> Self {
    SettingPlace(change: .live) {
      $0.live[keyPath: path]
    } set: {
      $0.live[keyPath: path] = $1
    }
  }

  /// - Parameter path: not into `live`, all of which a reload applies.
  static func restart(_ path: any WritableKeyPath<CollectorConfiguration, Value> & Sendable) -> Self {
    SettingPlace(change: .restart) {
      $0[keyPath: path]
    } set: {
      $0[keyPath: path] = $1
    }
  }
}
