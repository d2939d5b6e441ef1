import Glibc
public import NetworkBytes

/// A UDP socket on a loopback address, for tests that communicate with another program.
///
/// Uses `unsafe`: socket addresses are passed to the C library with their actual sizes, as pointers that are valid only
/// during the call.
public struct LoopbackSocket: ~Copyable {
  private let descriptor: CInt

  public struct Failure: Error {
    public let call: String
    public let code: CInt
  }

  /// Creates a socket that sends from 127.0.0.1, from a port chosen by the system.
  public init() throws {
    descriptor = try Self.open(AF_INET)
  }

  /// Creates a socket bound to an address of this host; with port 0 the system chooses.
  public init(from source: Endpoint) throws {
    descriptor = try Self.bound(to: source)
  }

  private static func bound(to source: Endpoint) throws -> CInt {
    let descriptor = try open(source.address.isV4 ? AF_INET : AF_INET6)
    if unsafe withAddress(source, { unsafe bind(descriptor, $0, $1) }) == 0 { return descriptor }
    let code = errno
    close(descriptor)
    throw Failure(call: "bind", code: code)
  }

  private static func open(_ family: CInt) throws -> CInt {
    let descriptor = socket(family, CInt(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    return descriptor
  }

  /// The port that the socket is bound to.
  public var port: UInt16 {
    get throws {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
      }
      guard status == 0 else { throw Failure(call: "getsockname", code: errno) }
      // The port has the same offset in the addresses of both families.
      return unsafe withUnsafeBytes(of: &storage) { unsafe UInt16($0[2]) << 8 | UInt16($0[3]) }
    }
  }

  /// Returns a UDP and TCP port of the loopback addresses that nothing listens on, and that no other test of this
  /// process or of a concurrent run receives.
  public static func freePort() throws -> UInt16 { try ReservedPorts.next() }

  /// Sends one datagram to 127.0.0.1.
  public func send(_ payload: Octets, to port: UInt16) throws {
    try send(payload, to: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port))
  }

  /// Sends one datagram.
  public func send(_ payload: Octets, to destination: Endpoint) throws {
    let descriptor = descriptor
    let sent = unsafe Self.withAddress(destination) { address, length in
      unsafe payload.withUnsafeBytes { unsafe sendto(descriptor, $0.baseAddress, $0.count, 0, address, length) }
    }
    guard sent == payload.count else { throw Failure(call: "sendto", code: errno) }
  }

  static func withAddress<Result>(
    _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var storage = sockaddr_storage()
    let isV4 = endpoint.address.isV4
    storage.ss_family = sa_family_t(isV4 ? AF_INET : AF_INET6)
    // After the family: the port, for IPv6 four octets of flow label, then the address.
    let octets = bigEndian(endpoint.port) + (isV4 ? [] : zeros(4)) + endpoint.address.octets
    unsafe withUnsafeMutableBytes(of: &storage) { storage in
      for (index, octet) in octets.enumerated() { unsafe storage[2 + index] = octet }
    }
    let length = isV4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    return unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(length)) }
    }
  }

  deinit {
    close(descriptor)
  }
}
