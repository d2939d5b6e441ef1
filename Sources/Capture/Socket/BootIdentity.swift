import Files
import NetworkBytes

/// Identifies a boot of the machine: after a power failure, a memory-mapped file may have pages of different times.
package enum BootIdentity {
  /// 0 if unknown.
  package static let current = identity(kernel: "/proc/sys/kernel/random/boot_id", memories: ["/dev/shm", "/run"])

  /// - Parameters:
  ///   - kernel: the kernel's boot id, which may be hidden from a service (`ProcSubset=pid`).
  ///   - memories: directories created in memory at each boot, whose file system gets a new number.
  /// - Returns: 0 if unknown.
  package static func identity(kernel: String, memories: [String]) -> UInt64 {
    if let text = number(kernel) { return fnv1a(text) | 1 }
    for path in memories {
      guard let system = try? FileSystem(of: path), system.isMemory, system.number != 0 else { continue }
      return system.number
    }
    return 0
  }

  private static func number(_ path: String) -> [UInt8]? {
    do throws(FileError) {
      let file = try OpenFile(path, .reading)
      var text = [UInt8](repeating: 0, count: 64)
      var octets = text.mutableSpan
      let count = try file.read(at: 0, into: &octets)
      return count == 0 ? nil : Array(text.prefix(count))
    } catch {
      return nil
    }
  }
}
