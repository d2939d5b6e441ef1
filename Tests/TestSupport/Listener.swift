import Foundation

/// A program that listens on a UDP port of 127.0.0.1 during its lifetime, such as another collector.
public struct Listener: ~Copyable {
  private let process: ChildProcess
  /// The port it listens on.
  public let port: UInt16

  /// The condition did not hold within a minute, or the program ended.
  public struct Impatience: Error {}

  /// Starts the program on a free port and waits until it has bound it. If another program takes the port first, tries
  /// another port.
  ///
  /// - Parameter arguments: returns the arguments that make it listen on the given port.
  public init(_ tool: Tool, _ arguments: (UInt16) -> [String]) async throws {
    var attempts = 0
    while true {
      let port = try LoopbackSocket.freePort()
      do {
        process = try await Self.start(tool, arguments(port), port)
        self.port = port
        return
      } catch let impatience as Impatience {
        attempts += 1
        if attempts == 3 { throw impatience }
      }
    }
  }

  private static func start(_ tool: Tool, _ arguments: [String], _ port: UInt16) async throws -> ChildProcess {
    let process = try ChildProcess(tool.path, arguments)
    try await wait { queuedOctets(port: port) != nil || !process.isRunning }
    // If another program has the port, this one ends at once.
    try await Task.sleep(for: .milliseconds(100))
    guard process.isRunning else { throw Impatience() }
    return process
  }

  /// Waits until the program has read everything sent to it.
  public func drain() async throws {
    let port = port
    try await Self.wait { Self.queuedOctets(port: port) == 0 }
  }

  /// Drains, ends the program with SIGTERM and waits for its end.
  public func finish() async throws {
    try await drain()
    process.signal(SIGTERM)
    let process = process
    try await Self.wait { !process.isRunning }
  }

  /// Returns the number of octets in the receive queue of the port's socket according to the kernel; nil if there is no
  /// socket.
  private static func queuedOctets(port: UInt16) -> Int? {
    // Reads in chunks up to the end: Foundation's whole-file readers return only the first chunk of such files.
    guard let file = FileHandle(forReadingAtPath: "/proc/net/udp"), let table = try? file.read(upToCount: 1 << 24)
    else { return nil }
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
      let columns = line.split(separator: " ")
      guard columns.count > 4, let local = columns[1].split(separator: ":").last, UInt16(local, radix: 16) == port,
        let queued = columns[4].split(separator: ":").last
      else { continue }
      return Int(queued, radix: 16)
    }
    return nil
  }

  /// Polls without blocking the thread, so that other tests can run.
  private static func wait(until condition: () -> Bool) async throws {
    for _ in 0..<6_000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Impatience()
  }
}
