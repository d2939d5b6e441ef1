import FlowStore
import Journal
public import Logging
public import Settings
import Shipping

/// An output of a collector that does not run: what its cursor and the store show, and how it begins again.
public struct OutputState: Sendable {
  public let setting: OutputSetting
  /// Whether nothing was shipped yet.
  public let isNew: Bool
  /// Files that its cursor knows.
  public let takenFiles: Int
  public let setAsideFiles: Int
  public let waitingFiles: Int
  public let waitingOctets: UInt64
  /// When the oldest of them was written, seconds since 1970 UTC; nil: none waits.
  public let waitingSince: Int64?

  /// Where an output begins again.
  public enum Beginning: Sendable {
    /// With all files of the store.
    case oldest
    /// With the next one that is committed.
    case now
    /// Where it is, and with the files that were set aside.
    case setAside
  }

  private init(
    _ setting: OutputSetting, _ state: StateDirectory, _ files: OwnFiles, isToBeginAgain: Bool = false
  ) throws {
    let stopped = try StoppedOutput(
      setting.shipping, files: files, state: state.path, isToBeginAgain: isToBeginAgain)
    self.setting = setting
    isNew = stopped.isNew
    (takenFiles, setAsideFiles) = (stopped.takenFiles, stopped.setAsideFiles)
    (waitingFiles, waitingOctets) = (stopped.waitingFiles, stopped.waitingOctets)
    waitingSince = stopped.waitingSince
  }

  /// Every output of a configuration; none if no collector has run with it yet.
  ///
  /// - Throws: `StateError.inUse` while it runs, or what cannot be read.
  public static func all(_ configuration: CollectorConfiguration, _ logger: Logger) throws -> [OutputState] {
    guard let (state, files) = try open(configuration, logger) else { return [] }
    return try configuration.live.outputs.map { try OutputState($0, state, files) }
  }

  /// Has an output begin again when the collector starts.
  ///
  /// - Parameter confirm: is given the output as it is, with its state locked; nothing is changed if it throws.
  /// - Returns: false if no collector has run with this configuration yet: there is nothing to change.
  /// - Throws: `StateError.inUse` while it runs, or what cannot be read or written.
  public static func reset(
    _ setting: OutputSetting, to beginning: Beginning, _ configuration: CollectorConfiguration, _ logger: Logger,
    confirm: (OutputState) throws -> Void
  ) throws -> Bool {
    guard let (state, files) = try open(configuration, logger) else { return false }
    try confirm(try OutputState(setting, state, files, isToBeginAgain: true))
    let target: StoppedOutput.Beginning =
      switch beginning {
      case .oldest: .oldest
      case .now: .now
      case .setAside: .setAside
      }
    try StoppedOutput.reset(setting.shipping, to: target, files: files, state: state.path)
    return true
  }

  private static func open(
    _ configuration: CollectorConfiguration, _ logger: Logger
  ) throws -> (StateDirectory, OwnFiles)? {
    guard let state = try configuration.stateRoot(logger).openLeft(all: false).first else { return nil }
    return (state, OwnFiles(in: configuration.store.path, of: FileOwner(identity: state.identity.id)))
  }
}
