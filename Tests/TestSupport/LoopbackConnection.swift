import Foundation
import Glibc
import NetworkBytes

/// A TCP connection to a port of 127.0.0.1, for server tests whose client must do what HTTP libraries do not.
public struct LoopbackConnection: ~Copyable {
  private let descriptor: CInt

  /// Connects.
  ///
  /// - Parameter receiveBuffer: limit of the kernel's receive buffer in octets; small for a client that does not read.
  public init(to port: UInt16, receiveBuffer: CInt? = nil) throws {
    descriptor = try Self.connected(to: port, receiveBuffer)
  }

  private static func connected(to port: UInt16, _ receiveBuffer: CInt?) throws -> CInt {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw LoopbackSocket.Failure(call: "socket", code: errno) }
    if var receiveBuffer {
      // Sound: the call reads one number from a local variable.
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size))
    }
    let endpoint = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port)
    if unsafe LoopbackSocket.withAddress(endpoint, { unsafe connect(descriptor, $0, $1) }) == 0 { return descriptor }
    let code = errno
    close(descriptor)
    throw LoopbackSocket.Failure(call: "connect", code: code)
  }

  public func send(_ text: String) throws {
    let octets = Array(text.utf8)
    // Sound: the pointer is valid during the call, which reads the given length.
    let sent = unsafe octets.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
    }
    guard sent == octets.count else { throw LoopbackSocket.Failure(call: "send", code: errno) }
  }

  /// Reads until the other side closes, or until nothing has arrived for a minute, without blocking the thread.
  public func readToEnd() async throws -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var attempts = 0
    while true {
      // Sound: the call writes into a local buffer, up to the given length.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT))
      }
      if count == 0 { return String(decoding: all, as: UTF8.self) }
      if count > 0 {
        all += buffer[..<count]
        attempts = 0
      } else if errno == EAGAIN, attempts < 12_000 {
        attempts += 1
        try await Task.sleep(for: .milliseconds(5))
      } else {
        throw LoopbackSocket.Failure(call: "recv", code: errno)
      }
    }
  }

  /// Whether the other side has neither closed nor sent anything.
  public var isSilentlyOpen: Bool {
    var buffer: [UInt8] = [0]
    // Sound: the call writes one octet into a local buffer.
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT) | CInt(MSG_PEEK))
    }
    return count < 0 && errno == EAGAIN
  }

  deinit {
    close(descriptor)
  }
}
