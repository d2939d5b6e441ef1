import FlowStore
import Journal
public import Logging
public import Settings
import Shipping

/// An output of a stopped collector, from its cursor and the store; and how to reset it.
public struct OutputState: Sendable {
  public let setting: OutputSetting
  /// Whether nothing was shipped yet.
  public let isNew: Bool
  /// Number of files in its cursor.
  public let takenFiles: Int
  public let setAsideFiles: Int
  public let waitingFiles: Int
  public let waitingOctets: UInt64
  /// When the oldest of them was written, seconds since 1970 UTC; nil if none waits.
  public let waitingSince: Int64?

  /// Where an output restarts.
  public enum Beginning: Sendable {
    /// With all files of the store.
    case oldest
    /// With the next file that is committed.
    case now
    /// At its position, with the files that were set aside.
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

  /// Returns every output of a configuration; empty if no collector has run with it yet.
  ///
  /// - Throws: `StateError.inUse` while it runs, or an error in reading.
  public static func all(_ configuration: CollectorConfiguration, _ logger: Logger) throws -> [OutputState] {
    guard let (state, files) = try open(configuration, logger) else { return [] }
    return try configuration.live.outputs.map { try OutputState($0, state, files) }
  }

  /// Makes an output restart when the collector starts.
  ///
  /// - Parameter confirm: called with the output, with its state locked; if it throws, nothing is changed.
  /// - Returns: false if no collector has run with this configuration, so that there is nothing to change.
  /// - Throws: `StateError.inUse` while it runs, or an error in reading or writing.
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
