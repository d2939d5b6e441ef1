/// What to monitor, and how to notify.
public struct AlertOptions: Hashable, Sendable {
  /// Measurement interval, seconds.
  public var interval = 15
  public var builtIn = BuiltInAlerts()
  public var actions: [AlertAction] = []
  public var rules: [AlertRule] = []

  public init() {}
}

/// Alerts on the collector and its exporters, from their counters.
public struct BuiltInAlerts: Hashable, Sendable {
  /// Seconds without datagrams after which an exporter is silent, if that is also `silentIntervals` of its usual
  /// intervals; 0 disables.
  public var exporterSilent = 300
  /// Percentage of an exporter's data that is missing by sequence number; 0 disables.
  public var exporterLoss = 1
  /// Percentage of the store's disk that is free; 0 disables.
  public var diskFree = 5
  /// Alerts when the store cannot be written.
  public var storeFailure = true
  /// Alerts when flows are dropped or lost because an output is too slow or fails.
  public var rowsLost = true
  /// Alerts when the kernel drops datagrams.
  public var kernelDrops = true
  /// Seconds that a file has waited for an output; 0 disables.
  public var outputBehind = 1800

  public init() {}

  /// Names of built-in alerts, reserved: no rule may use them.
  public enum Name: String, CaseIterable, Sendable {
    case exporterSilent = "exporter-silent"
    case exporterLoss = "exporter-loss"
    case diskFull = "disk-full"
    case storeFailure = "store-failure"
    case rowsLost = "rows-lost"
    case kernelDrops = "kernel-drops"
    case outputBehind = "output-behind"
  }

  /// Number of usual intervals between datagrams after which an exporter is silent.
  public static let silentIntervals = 10.0
  /// Window over which counters are compared, seconds.
  public static let window = 300
}

/// A notification, triggered when an alert changes.
public struct AlertAction: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Sends JSON with POST.
    ///
    /// - Parameters:
    ///   - header: name of an additional header; empty for none.
    ///   - headerFile: path of the file that contains its value.
    case webhook(url: String, header: String, headerFile: String)
    /// Runs a program with arguments, without a shell.
    case program([String])
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}
