import Foundation

/// A program that listens on a UDP port of 127.0.0.1 while it lives, such as another collector.
public struct Listener: ~Copyable {
  private let process = Process()
  private let port: UInt16

  /// Ten seconds went by without what was waited for, or the program ended.
  public struct Impatience: Error {}

  /// Starts the program and waits until it has bound the port.
  public init(_ tool: Tool, _ arguments: [String], port: UInt16) throws {
    self.port = port
    process.executableURL = URL(fileURLWithPath: tool.path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.runWithSignals()
    try Self.wait { Self.queuedOctets(port: port) != nil }
    // If the port is another program's, this one ends at once.
    Thread.sleep(forTimeInterval: 0.1)
    guard process.isRunning else { throw Impatience() }
  }

  /// Waits until the program has read all that was sent to it.
  public func drain() throws {
    try Self.wait { Self.queuedOctets(port: port) == 0 }
  }

  /// Drains, then ends the program by SIGTERM and waits for its end.
  public func finish() throws {
    try drain()
    process.terminate()
    process.waitUntilExit()
  }

  /// Octets in the receive queue of the port's socket as the kernel tells; nil if there is no socket.
  private static func queuedOctets(port: UInt16) -> Int? {
    guard let table = try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8) else { return nil }
    for line in table.split(separator: "\n").dropFirst() {
      let columns = line.split(separator: " ")
      guard columns.count > 4, let local = columns[1].split(separator: ":").last, UInt16(local, radix: 16) == port,
        let queued = columns[4].split(separator: ":").last
      else { continue }
      return Int(queued, radix: 16)
    }
    return nil
  }

  private static func wait(until condition: () -> Bool) throws {
    for _ in 0..<1_000 {
      if condition() { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
    throw Impatience()
  }

  deinit {
    if process.isRunning { process.terminate() }
  }
}
