import CSystemCalls
public import NetworkBytes

/// The system's resolver: hosts files, DNS and whatever else the system is set up to ask. Calls block for as long as that takes,
/// which may be many seconds: they are made on threads of their own, or before anything else begins.
public enum SystemResolver {
  /// Why a name has no addresses.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  private static let mostAddresses = 256

  /// The name of an address as its owner publishes it: any text at all. Nil if it has none, or none could be found.
  @Sendable public static func name(of address: IPAddress) -> String? {
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: Int(SAGFLOW_NAME_SIZE)) { buffer, count in
      // Sound: the buffer has the capacity that is told, and the call returns how much of it is written.
      count = unsafe buffer.withMemoryRebound(to: CChar.self) { name in
        guard let start = name.baseAddress else { return 0 }
        return unsafe Int(sagflow_host_name(address.high, address.low, start, name.count))
      }
    }
    return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
  }

  /// The addresses of a host, of both families.
  public static func addresses(of name: String) throws(Failure) -> [IPAddress] {
    var words = [UInt64](repeating: 0, count: 2 * mostAddresses)
    // Sound: the call writes at most two words for each of the addresses that there is room for.
    let count = unsafe words.withUnsafeMutableBufferPointer { buffer in
      unsafe Int(sagflow_host_addresses(name, buffer.baseAddress, Int32(mostAddresses)))
    }
    guard count >= 0 else {
      // Sound: gai_strerror gives a text that stays.
      let text = unsafe sagflow_host_error(Int32(count)).map { unsafe String(cString: $0) }
      throw Failure(description: text ?? "error \(count)")
    }
    return (0..<count).map { IPAddress(high: words[2 * $0], low: words[2 * $0 + 1]) }
  }
}
