/// What is watched, and what is done about it.
public struct AlertOptions: Hashable, Sendable {
  /// Values are measured this often, seconds.
  public var interval = 15
  public var builtIn = BuiltInAlerts()
  public var actions: [AlertAction] = []
  public var rules: [AlertRule] = []

  public init() {}
}

/// Alerts on the collector and its exporters, from their counters.
public struct BuiltInAlerts: Hashable, Sendable {
  /// An exporter that has sent nothing for this long is silent, if that is `silentIntervals` of its usual intervals, too,
  /// seconds; 0: off.
  public var exporterSilent = 300
  /// Share of an exporter's data that is lost on the way by its sequence numbers, percent; 0: off.
  public var exporterLoss = 1
  /// Share of the store's disk that is free, percent; 0: off.
  public var diskFree = 5
  /// The store cannot be written.
  public var storeFailure = true
  /// Flows are dropped or lost because an output is too slow or fails.
  public var rowsLost = true
  /// The kernel drops datagrams.
  public var kernelDrops = true
  /// A file has waited for an output for this long, seconds; 0: off.
  public var outputBehind = 1800

  public init() {}

  /// Names of built-in alerts; no rule may have one of them.
  public enum Name: String, CaseIterable, Sendable {
    case exporterSilent = "exporter-silent"
    case exporterLoss = "exporter-loss"
    case diskFull = "disk-full"
    case storeFailure = "store-failure"
    case rowsLost = "rows-lost"
    case kernelDrops = "kernel-drops"
    case outputBehind = "output-behind"
  }

  /// Usual intervals between datagrams after which an exporter is silent.
  public static let silentIntervals = 10.0
  /// What counters are looked at over, seconds.
  public static let window = 300
}

/// What is done when an alert changes.
public struct AlertAction: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A POST of JSON.
    ///
    /// - Parameters:
    ///   - header: name of a header that is sent along; empty: none.
    ///   - headerFile: path of a file with its value.
    case webhook(url: String, header: String, headerFile: String)
    /// A program with its arguments; never a shell.
    case program([String])
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}
