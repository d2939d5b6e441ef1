import Dispatch
import Files
public import Glibc

/// The service manager that started this process, if any: receives notifications about the service's state
/// (sd_notify(3)).
public struct ServiceManager: Sendable {
  public enum State: Hashable, Sendable {
    /// Startup or a reload has finished.
    case ready
    /// A reload begins; `ready` ends it.
    case reloading
    /// Shutdown begins.
    case stopping
    /// A line shown by `systemctl status`.
    case status(String)
    /// Keep-alive, due every `watchdogInterval`.
    case watchdog
    /// Startup or shutdown continues, and may take this much longer from now on.
    case extendTimeout(Duration)
  }

  private let path: String?
  /// Interval of `State.watchdog`: half of the manager's timeout; nil if it does not monitor this process.
  public let watchdogInterval: Duration?

  /// - Parameter environment: `NOTIFY_SOCKET` is the manager's address; `WATCHDOG_USEC` and `WATCHDOG_PID` are its
  ///   timeout and the monitored process.
  public init(environment: [String: String], processIdentifier: Int32 = getpid()) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let watched = environment["WATCHDOG_PID"].map { Int32($0) == processIdentifier } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    watchdogInterval = watched && microseconds > 0 ? .microseconds(microseconds / 2) : nil
  }

  /// Whether there is a service manager.
  public var isPresent: Bool { path != nil }

  /// Sends states to the manager in one message; does nothing without one.
  ///
  /// - Returns: Whether the message was accepted, or there is no manager. A service continues either way.
  @discardableResult
  public func notify(_ states: State...) -> Bool {
    guard let path else { return true }
    return LocalDatagram.send(states.map(Self.text).joined(separator: "\n"), to: path) == 0
  }

  /// Stores a descriptor with the manager for the next start of this service (sd_pid_notify_with_fds(3)); does nothing
  /// without a manager.
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
    // A line break would begin another assignment.
    case .status(let line): "STATUS=" + String(line.map { $0.isNewline ? " " : $0 })
    case .watchdog: "WATCHDOG=1"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(max(0, time.components.seconds) * 1_000_000)"
    }
  }
}
