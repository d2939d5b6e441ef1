import CSystemCalls
public import NetworkBytes

/// The system's resolver: hosts files, DNS, and other configured sources. Calls block, possibly for many seconds; make
/// them on a separate thread or before startup.
public enum SystemResolver {
  /// Why a name has no addresses.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  private static let mostAddresses = 256

  /// Returns the name of an address as published by its owner, which may be any text; nil if it has none or the lookup
  /// failed.
  @Sendable public static func name(of address: IPAddress) -> String? {
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: Int(SAGFLOW_NAME_SIZE)) { buffer, count in
      // Sound: the call receives the capacity of the buffer and returns how much of it is written.
      count = unsafe buffer.withMemoryRebound(to: CChar.self) { name in
        guard let start = name.baseAddress else { return 0 }
        return unsafe Int(sagflow_host_name(address.high, address.low, start, name.count))
      }
    }
    return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
  }

  /// Returns the addresses of a host, of both families.
  public static func addresses(of name: String) throws(Failure) -> [IPAddress] {
    var words = [UInt64](repeating: 0, count: 2 * mostAddresses)
    // Sound: the call writes at most two words per address, for as many addresses as fit.
    let count = unsafe words.withUnsafeMutableBufferPointer { buffer in
      unsafe Int(sagflow_host_addresses(name, buffer.baseAddress, Int32(mostAddresses)))
    }
    guard count >= 0 else {
      // Sound: gai_strerror returns a static string.
      let text = unsafe sagflow_host_error(Int32(count)).map { unsafe String(cString: $0) }
      throw Failure(description: text ?? "error \(count)")
    }
    return (0..<count).map { IPAddress(high: words[2 * $0], low: words[2 * $0 + 1]) }
  }
}
