public import Foundation
public import Settings

/// The format of log messages.
public struct LogStyle: Hashable, Sendable {
  public enum Prefix: Hashable, Sendable {
    /// Time of day in UTC, level and label.
    case time
    /// `<N>` and no time, for the systemd journal, which adds its own (sd-daemon(3)).
    case priority
  }

  public var format: CollectorConfiguration.Log.Format
  public var prefix: Prefix
  /// Whether warnings and errors are colored.
  public var colour: Bool

  public init(format: CollectorConfiguration.Log.Format, prefix: Prefix, colour: Bool) {
    self.format = format
    self.prefix = prefix
    self.colour = colour
  }

  /// The style for standard error: priorities if it is connected to the systemd journal, colors if it is a terminal.
  public init(
    format: CollectorConfiguration.Log.Format, environment: [String: String],
    isTerminal: Bool = isatty(STDERR_FILENO) == 1
  ) {
    let journal = environment["JOURNAL_STREAM"].map { !$0.isEmpty } ?? false
    self.init(
      format: format, prefix: journal ? .priority : .time,
      colour: isTerminal && !journal && environment["NO_COLOR", default: ""].isEmpty)
  }
}
