/// The supported export protocols; the raw value is the version number in the message header.
public enum ExportVersion: UInt16, Sendable, CaseIterable {
  case netFlow5 = 5
  /// RFC 3954.
  case netFlow9 = 9
  /// RFC 7011.
  case ipfix = 10
}

/// Why an encoder cannot be created.
public enum ExportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The message size is too small for the header, the templates and one record, or exceeds a UDP payload.
  case messageSize(Int, allowed: ClosedRange<Int>)
  /// NetFlow v5 has 14 bits for the sampling interval; others 32. The interval is at least 1.
  case samplingInterval(UInt32)
  /// NetFlow v5 has 16 bits for engine type and engine id.
  case domain(UInt32)

  public var description: String {
    switch self {
    case .messageSize(let size, let allowed):
      "message size \(size) is out of range: use \(allowed.lowerBound) to \(allowed.upperBound) bytes"
    case .samplingInterval(let interval):
      "sampling interval \(interval) does not fit the protocol: NetFlow v5 takes 1 to 16383, others from 1"
    case .domain(let domain):
      "observation domain \(domain) does not fit NetFlow v5: use 0 to 65535 (engine type * 256 + engine id)"
    }
  }
}
