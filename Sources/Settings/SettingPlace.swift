/// The location of a setting in the configuration, which determines when a change takes effect: on reload within
/// `LiveSettings`, otherwise after a restart.
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

  /// - Parameter path: outside `live`, all of which a reload applies.
  static func restart(_ path: any WritableKeyPath<CollectorConfiguration, Value> & Sendable) -> Self {
    SettingPlace(change: .restart) {
      $0[keyPath: path]
    } set: {
      $0[keyPath: path] = $1
    }
  }
}
