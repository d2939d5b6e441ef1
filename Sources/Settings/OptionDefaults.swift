import FlowAggregation
import FlowStore
import NetFlow

/// The option types with their defaults, from which those of settings are derived.
enum OptionDefaults {
  static let aging = AgingConfiguration()
  static let decoder = FlowDecoderOptions()
  static let retention = Retention()
  /// Required values without a default.
  static let store = FlowStoreOptions(path: "flows", host: "")
}
