import Glibc

/// A UDP socket on 127.0.0.1, for tests that talk to another program.
///
/// The one file here that says `unsafe`: socket addresses are handed to the C library as pointers that live no longer
/// than the call, with their true sizes.
public struct LoopbackSocket: ~Copyable {
  private let descriptor: CInt

  public struct Failure: Error {
    public let call: String
    public let code: CInt
  }

  public init() throws {
    descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
  }

  /// A port that nothing listens on at the moment.
  public static func freePort() throws -> UInt16 {
    let socket = try LoopbackSocket()
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        let bound = unsafe bind(socket.descriptor, pointer, length)
        return unsafe bound == 0 ? getsockname(socket.descriptor, pointer, &length) : bound
      }
    }
    guard status == 0 else { throw Failure(call: "bind", code: errno) }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Sends one datagram to 127.0.0.1.
  public func send(_ payload: Octets, to port: UInt16) throws {
    var address = Self.loopback(port: port)
    let sent = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe payload.withUnsafeBytes { bytes in
          unsafe sendto(
            descriptor, bytes.baseAddress, bytes.count, 0, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    guard sent == payload.count else { throw Failure(call: "sendto", code: errno) }
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
    return address
  }

  deinit {
    close(descriptor)
  }
}
