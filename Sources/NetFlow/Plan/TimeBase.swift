import NetworkBytes

/// What turns an exporter's times into milliseconds since 1970 UTC, for one message.
struct TimeBase: Sendable, BitwiseCopyable {
  /// When the message left the exporter, by the clock that is believed.
  var exportMilliseconds: Int64
  /// What is added to the absolute times of an exporter whose clock is off.
  var correction: Int64 = 0
  /// The exporter's uptime at that moment, milliseconds; nil if it does not say (IPFIX without element 160).
  var sysUpTime: UInt32?

  /// A stamp of the exporter's uptime. The signed difference is right across the wrap of the 32-bit counter, and for
  /// stamps from before the boot or just after the export.
  @inline(__always)
  func upTime(_ stamp: UInt64) -> Int64 {
    guard let sysUpTime else { return exportMilliseconds }
    return exportMilliseconds &+ Int64(Int32(bitPattern: UInt32(truncatingIfNeeded: stamp) &- sysUpTime))
  }

  @inline(__always)
  func milliseconds(_ stamp: UInt64) -> Int64 {
    Int64(truncatingIfNeeded: stamp) &+ correction
  }

  @inline(__always)
  func seconds(_ stamp: UInt64) -> Int64 {
    Int64(truncatingIfNeeded: stamp & 0xffff_ffff) &* 1000 &+ correction
  }

  /// An NTP timestamp of era 0 (RFC 7011 §6.1.9), rounded to the nearest: exporters cut the fraction off.
  @inline(__always)
  func ntp(_ stamp: UInt64) -> Int64 {
    let seconds = Int64(stamp >> 32) - 2_208_988_800
    return seconds &* 1000 &+ Int64(((stamp & 0xffff_ffff) &* 1000 &+ 0x8000_0000) >> 32) &+ correction
  }

  /// Microseconds before the export (elements 158, 159).
  @inline(__always)
  func delta(_ microseconds: UInt64) -> Int64 {
    exportMilliseconds &- Int64(truncatingIfNeeded: microseconds / 1000)
  }
}
