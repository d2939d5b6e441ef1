import Foundation

/// A program that listens on a UDP port of 127.0.0.1 while it lives, such as another collector.
public struct Listener: ~Copyable {
  private let process: ChildProcess
  /// The port it listens on.
  public let port: UInt16

  /// A minute went by without what was waited for, or the program ended.
  public struct Impatience: Error {}

  /// Starts the program on a free port and waits until it has bound it. Another program may take the port before: then
  /// another one is tried.
  ///
  /// - Parameter arguments: those that make it listen on the port given.
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
    // If the port is another program's, this one ends at once.
    try await Task.sleep(for: .milliseconds(100))
    guard process.isRunning else { throw Impatience() }
    return process
  }

  /// Waits until the program has read all that was sent to it.
  public func drain() async throws {
    let port = port
    try await Self.wait { Self.queuedOctets(port: port) == 0 }
  }

  /// Drains, then ends the program by SIGTERM and waits for its end.
  public func finish() async throws {
    try await drain()
    process.signal(SIGTERM)
    let process = process
    try await Self.wait { !process.isRunning }
  }

  /// Octets in the receive queue of the port's socket as the kernel tells; nil if there is no socket.
  private static func queuedOctets(port: UInt16) -> Int? {
    // Piece by piece to the end: Foundation's readers of whole files take one piece of such a file for all of it.
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

  /// Lets other tests go on meanwhile.
  private static func wait(until condition: () -> Bool) async throws {
    for _ in 0..<6_000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Impatience()
  }
}
