// Frames are built from their fields, independently of the code that parses them.

/// Returns an unsigned integer as octets in network byte order.
func be<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> T($0)) }
}

func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] { be(value).reversed() }
