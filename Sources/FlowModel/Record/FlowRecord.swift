public import NetworkBytes

/// A flow record in the pipeline's internal form, decoded from any protocol version.
///
/// A fixed structure of 152 octets without references. The fields that may be part of a flow key come first and are
/// packed into words, so that keys are compared and hashed as a few integers under a mask (see
/// `FlowAggregation.FlowKey`). Absent values are zero. Counters are as exported, never multiplied by `samplingRate`.
@frozen
public struct FlowRecord: Sendable, BitwiseCopyable {
  // MARK: Key words
  public var source = IPAddress.unspecified
  public var destination = IPAddress.unspecified
  /// `origin` and `samplingRate`.
  public var originWord: UInt64 = 1
  /// `ingressInterface` and `egressInterface`.
  public var interfaceWord: UInt64 = 0
  /// `sourcePort`, `destinationPort`, `sourceVLAN`, `destinationVLAN`.
  public var transportWord: UInt64 = 0
  /// `protocolIdentifier`, `typeOfService`, `direction`, `icmpType`, `icmpCode`, `natEvent`, `firewallEvent`, and
  /// `endReason`, which is never part of a key.
  public var traitsWord: UInt64 = 0
  /// `sourceAS` and `destinationAS`.
  public var autonomousSystemWord: UInt64 = 0
  public var nextHop = IPAddress.unspecified
  /// `vrf`, `layer2Segment`, `forwardingStatus`.
  public var routeWord: UInt64 = 0

  // MARK: Counters and times
  /// Octets and packets as exported.
  public var octets: UInt64 = 0
  public var packets: UInt64 = 0
  /// First and last packet of the flow, milliseconds since 1970 UTC.
  public var start: UnixMilliseconds = 0
  public var end: UnixMilliseconds = 0

  // MARK: Other fields
  /// `tcpFlags` and `sourceMAC`.
  public var sourceMACWord: UInt64 = 0
  /// `sourceMask`, `destinationMask` and `destinationMAC`.
  public var destinationMACWord: UInt64 = 0
  /// Exported records merged into this one.
  public var records: UInt32 = 1
  /// Index of the record's rare fields in its batch's `extensions`, from 1; 0 for none.
  public var extensionNumber: UInt32 = 0

  @inlinable public init() {}
}

extension FlowRecord {
  /// Number of the `FlowOrigin` (exporter, domain, version) in the pipeline's table.
  @inlinable @inline(__always) public var origin: UInt32 {
    get { UInt32(truncatingIfNeeded: originWord >> 32) }
    set { originWord = originWord & 0xffff_ffff | UInt64(newValue) << 32 }
  }
  /// Sampling interval: one of this many packets was observed; at least 1.
  @inlinable @inline(__always) public var samplingRate: UInt32 {
    get { UInt32(truncatingIfNeeded: originWord) }
    set { originWord = originWord & ~0xffff_ffff | UInt64(newValue) }
  }
  @inlinable @inline(__always) public var ingressInterface: UInt32 {
    get { UInt32(truncatingIfNeeded: interfaceWord >> 32) }
    set { interfaceWord = interfaceWord & 0xffff_ffff | UInt64(newValue) << 32 }
  }
  @inlinable @inline(__always) public var egressInterface: UInt32 {
    get { UInt32(truncatingIfNeeded: interfaceWord) }
    set { interfaceWord = interfaceWord & ~0xffff_ffff | UInt64(newValue) }
  }
  @inlinable @inline(__always) public var sourcePort: UInt16 {
    get { transportWord.lane16(48) }
    set { transportWord.setLane16(48, newValue) }
  }
  @inlinable @inline(__always) public var destinationPort: UInt16 {
    get { transportWord.lane16(32) }
    set { transportWord.setLane16(32, newValue) }
  }
  @inlinable @inline(__always) public var sourceVLAN: UInt16 {
    get { transportWord.lane16(16) }
    set { transportWord.setLane16(16, newValue) }
  }
  @inlinable @inline(__always) public var destinationVLAN: UInt16 {
    get { transportWord.lane16(0) }
    set { transportWord.setLane16(0, newValue) }
  }
  @inlinable @inline(__always) public var protocolIdentifier: UInt8 {
    get { traitsWord.lane8(56) }
    set { traitsWord.setLane8(56, newValue) }
  }
  @inlinable @inline(__always) public var typeOfService: UInt8 {
    get { traitsWord.lane8(48) }
    set { traitsWord.setLane8(48, newValue) }
  }
  /// flowDirection plus one: 0 unknown, 1 ingress, 2 egress.
  @inlinable @inline(__always) public var direction: UInt8 {
    get { traitsWord.lane8(40) }
    set { traitsWord.setLane8(40, newValue) }
  }
  @inlinable @inline(__always) public var icmpType: UInt8 {
    get { traitsWord.lane8(32) }
    set { traitsWord.setLane8(32, newValue) }
  }
  @inlinable @inline(__always) public var icmpCode: UInt8 {
    get { traitsWord.lane8(24) }
    set { traitsWord.setLane8(24, newValue) }
  }
  /// flowEndReason (IANA element 136): the exporter's, and after aging the collector's. 0: unknown.
  @inlinable @inline(__always) public var endReason: UInt8 {
    get { traitsWord.lane8(16) }
    set { traitsWord.setLane8(16, newValue) }
  }
  /// natEvent (IANA element 230). 0: none.
  @inlinable @inline(__always) public var natEvent: UInt8 {
    get { traitsWord.lane8(8) }
    set { traitsWord.setLane8(8, newValue) }
  }
  /// firewallEvent (IANA element 233). 0: none.
  @inlinable @inline(__always) public var firewallEvent: UInt8 {
    get { traitsWord.lane8(0) }
    set { traitsWord.setLane8(0, newValue) }
  }
  @inlinable @inline(__always) public var sourceAS: UInt32 {
    get { UInt32(truncatingIfNeeded: autonomousSystemWord >> 32) }
    set { autonomousSystemWord = autonomousSystemWord & 0xffff_ffff | UInt64(newValue) << 32 }
  }
  @inlinable @inline(__always) public var destinationAS: UInt32 {
    get { UInt32(truncatingIfNeeded: autonomousSystemWord) }
    set { autonomousSystemWord = autonomousSystemWord & ~0xffff_ffff | UInt64(newValue) }
  }
  @inlinable @inline(__always) public var vrf: UInt32 {
    get { UInt32(truncatingIfNeeded: routeWord >> 32) }
    set { routeWord = routeWord & 0xffff_ffff | UInt64(newValue) << 32 }
  }
  /// The identifier of a layer 2 network, such as a VXLAN: 24 bits.
  @inlinable @inline(__always) public var layer2Segment: UInt32 {
    get { UInt32(truncatingIfNeeded: routeWord) >> 8 }
    set { routeWord = routeWord & ~0xffff_ff00 | UInt64(newValue & 0xff_ffff) << 8 }
  }
  /// forwardingStatus (RFC 7270 §4.12): the status in the upper two bits, the reason below. 0: unknown.
  @inlinable @inline(__always) public var forwardingStatus: UInt8 {
    get { routeWord.lane8(0) }
    set { routeWord.setLane8(0, newValue) }
  }
  @inlinable @inline(__always) public var tcpFlags: UInt16 {
    get { sourceMACWord.lane16(48) }
    set { sourceMACWord.setLane16(48, newValue) }
  }
  @inlinable @inline(__always) public var sourceMask: UInt8 {
    get { destinationMACWord.lane8(56) }
    set { destinationMACWord.setLane8(56, newValue) }
  }
  @inlinable @inline(__always) public var destinationMask: UInt8 {
    get { destinationMACWord.lane8(48) }
    set { destinationMACWord.setLane8(48, newValue) }
  }
  /// 48 bits.
  @inlinable @inline(__always) public var sourceMAC: UInt64 {
    get { sourceMACWord.lane48 }
    set { sourceMACWord.lane48 = newValue }
  }
  /// 48 bits.
  @inlinable @inline(__always) public var destinationMAC: UInt64 {
    get { destinationMACWord.lane48 }
    set { destinationMACWord.lane48 = newValue }
  }
}

extension UInt64 {
  @inlinable @inline(__always) func lane16(_ shift: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: self &>> shift) }
  @inlinable @inline(__always) func lane8(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: self &>> shift) }
  /// The low 48 bits.
  @inlinable @inline(__always) var lane48: UInt64 {
    get { self & 0xffff_ffff_ffff }
    set { self = self & ~0xffff_ffff_ffff | newValue & 0xffff_ffff_ffff }
  }
  @inlinable @inline(__always) mutating func setLane16(_ shift: UInt64, _ value: UInt16) {
    self = self & ~(0xffff &<< shift) | UInt64(value) &<< shift
  }
  @inlinable @inline(__always) mutating func setLane8(_ shift: UInt64, _ value: UInt8) {
    self = self & ~(0xff &<< shift) | UInt64(value) &<< shift
  }
}
