import CSystemCalls
import Dispatch
import Glibc

/// A datagram socket to the service manager's address.
///
/// It makes its system calls by hand: the address is written into and read from values of this frame, and no pointer leaves
/// the call it is made for.
struct NotifySocket: ~Copyable {
  private let descriptor: CInt
  private var address: sockaddr_un
  private let addressLength: socklen_t

  /// - Parameter path: A file system path, or `@name` for an abstract socket (unix(7)).
  /// - Returns: nil if the path is neither or too long, or no socket can be made.
  init?(path: String) {
    guard let (address, length) = Self.address(of: path) else { return nil }
    let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
    self.address = address
    addressLength = length
  }

  deinit { _ = close(descriptor) }

  /// Sends one datagram.
  ///
  /// - Returns: 0, or the error number of the system call.
  func send(_ message: String) -> CInt {
    var address = address
    let bytes = Array(message.utf8)
    while true {
      // Sound: `address` and `bytes` are this frame's own and live through the call, which reads them only; a sockaddr_un
      // may be looked at as the sockaddr that it begins with.
      let sent = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
          unsafe bytes.withUnsafeBytes { buffer in
            unsafe sendto(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL), name, addressLength)
          }
        }
      }
      if sent >= 0 { return 0 }
      if errno != EINTR { return errno }
    }
  }

  /// Sends one datagram with a descriptor beside it.
  ///
  /// - Returns: 0, or the error number of the system call.
  func send(_ message: String, with passed: CInt) -> CInt {
    var address = address
    let bytes = Array(message.utf8)
    // Sound: as above.
    return unsafe withUnsafePointer(to: &address) { name in
      unsafe bytes.withUnsafeBytes { buffer in
        unsafe -sagflow_send_descriptor(
          descriptor, name, Int(addressLength), buffer.baseAddress, buffer.count, passed)
      }
    }
  }

  private static func address(of path: String) -> (sockaddr_un, socklen_t)? {
    var octets = Array(path.utf8)
    guard let first = octets.first, octets.count > 1 || first == UInt8(ascii: "/") else { return nil }
    switch first {
    case UInt8(ascii: "/"): break
    // An abstract name begins with a zero octet and ends with the address's length.
    case UInt8(ascii: "@"): octets[0] = 0
    default: return nil
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard octets.count < capacity else { return nil }
    // Sound: the octets fit, as was just checked, and any bit pattern is a valid sun_path.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
    let head = MemoryLayout<sockaddr_un>.size - capacity
    return (address, socklen_t(head + octets.count + (first == UInt8(ascii: "/") ? 1 : 0)))
  }

  /// Microseconds of CLOCK_MONOTONIC, which is what Dispatch reads here.
  static func monotonicMicroseconds() -> UInt64 {
    DispatchTime.now().uptimeNanoseconds / 1000
  }
}
