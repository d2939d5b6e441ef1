import Glibc

/// A bound AF_UNIX datagram socket like that of a service manager, which receives the notifications of services.
///
/// Uses `unsafe`: each pointer refers to a local variable and is valid only during the call.
public final class ServiceManagerSocket {
  private let descriptor: CInt

  /// - Parameter path: a file system path, or `@name`.
  public init?(path: String) {
    descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var octets = Array(path.utf8)
    let isAbstract = path.hasPrefix("@")
    if isAbstract { octets[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count + (isAbstract ? 0 : 1))
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
    }
    guard result == 0 else { return nil }
  }

  deinit { _ = close(descriptor) }

  /// Returns the next waiting datagram, or nil.
  public func receive() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT))
    }
    return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}
