import Glibc
import NetworkBytes

/// Assigns ports that no other test run on this host uses.
///
/// The range is below the ports that the system assigns to clients (RFC 6335 §6; Linux: 32768 and up), so that no
/// client takes one before the intended program. A port is claimed with an abstract socket of its name, which the
/// kernel keeps during the lifetime of this process, and in the same network namespace as the port itself.
enum ReservedPorts {
  private static let range: ClosedRange<UInt16> = 12_000...32_000
  private static let loopback = IPAddress(v4: 0x7f00_0001)

  static func next() throws -> UInt16 {
    // At random, so that runs that start at the same moment try different ports.
    for _ in 0..<10_000 {
      let port = UInt16.random(in: range)
      if try isUnused(port), claim(port) { return port }
    }
    throw LoopbackSocket.Failure(call: "claim of a port", code: EADDRINUSE)
  }

  /// Claims the port for this process; it is never released.
  private static func claim(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    let name = [0] + Array("sagflow-test-port-\(port)".utf8)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // Sound: the copy ends within the field, and the pointer is valid during the call.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
    }
    if result != 0 { close(descriptor) }
    return result == 0
  }

  private static func isUnused(_ port: UInt16) throws -> Bool {
    for type in [SOCK_DGRAM, SOCK_STREAM] {
      let descriptor = socket(AF_INET, CInt(type.rawValue), 0)
      guard descriptor >= 0 else { throw LoopbackSocket.Failure(call: "socket", code: errno) }
      defer { close(descriptor) }
      // Sound: the pointer is valid during the call.
      let result = unsafe LoopbackSocket.withAddress(Endpoint(address: loopback, port: port)) {
        unsafe bind(descriptor, $0, $1)
      }
      if result != 0 { return false }
    }
    return true
  }
}
