import FlowAggregation
import FlowStore
import NetFlow

/// The option types at their defaults: those of settings follow from them.
enum OptionDefaults {
  static let aging = AgingConfiguration()
  static let decoder = FlowDecoderOptions()
  static let retention = Retention()
  /// What has no default in the options has it here.
  static let store = FlowStoreOptions(path: "flows", host: "")
}
