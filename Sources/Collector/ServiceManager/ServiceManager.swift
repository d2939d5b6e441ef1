import Dispatch
import Files
public import Glibc

/// The service manager that started this process, if one did: it is told what becomes of the service (sd_notify(3)).
public struct ServiceManager: Sendable {
  public enum State: Hashable, Sendable {
    /// Start-up or a reload is done.
    case ready
    /// A reload begins; `ready` ends it.
    case reloading
    /// The end begins.
    case stopping
    /// A line that `systemctl status` shows.
    case status(String)
    /// Still alive; owed every `watchdogInterval`.
    case watchdog
    /// The start or the end goes on, and may take this much longer from now on.
    case extendTimeout(Duration)
  }

  private let path: String?
  /// How often `State.watchdog` is due: half of what the manager waits for; nil if it does not watch this process.
  public let watchdogInterval: Duration?

  /// - Parameter environment: `NOTIFY_SOCKET` tells where the manager listens, `WATCHDOG_USEC` and `WATCHDOG_PID` how
  ///   long it waits and for whom.
  public init(environment: [String: String], processIdentifier: Int32 = getpid()) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let watched = environment["WATCHDOG_PID"].map { Int32($0) == processIdentifier } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    watchdogInterval = watched && microseconds > 0 ? .microseconds(microseconds / 2) : nil
  }

  /// Whether there is anyone to tell.
  public var isPresent: Bool { path != nil }

  /// Tells the manager the states given, in one message; does nothing where there is none.
  ///
  /// - Returns: Whether the message was taken, or there is no manager. A service goes on either way.
  @discardableResult
  public func notify(_ states: State...) -> Bool {
    guard let path else { return true }
    return LocalDatagram.send(states.map(Self.text).joined(separator: "\n"), to: path) == 0
  }

  /// Has the manager keep a descriptor for the next start of this service (sd_pid_notify_with_fds(3)); does nothing where
  /// there is none.
  @discardableResult
  public func store(_ descriptor: Int32, named name: String) -> Bool {
    guard let path else { return false }
    return LocalDatagram.send("FDSTORE=1\nFDNAME=\(name)", to: path, with: descriptor) == 0
  }

  private static func text(of state: State) -> String {
    switch state {
    case .ready: "READY=1"
    // Dispatch reads CLOCK_MONOTONIC.
    case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(DispatchTime.now().uptimeNanoseconds / 1000)"
    case .stopping: "STOPPING=1"
    // A line end would begin another assignment.
    case .status(let line): "STATUS=" + String(line.map { $0.isNewline ? " " : $0 })
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(max(0, time.components.seconds) * 1_000_000)"
    }
  }
}
