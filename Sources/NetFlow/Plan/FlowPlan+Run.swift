import FlowModel
import NetworkBytes

extension FlowPlan {
  /// Runs steps over all records of `view`, storing to the records from `base`.
  static func run(
    _ steps: [Step], over view: borrowing RecordsView, into records: inout MutableSpan<FlowRecord>, from base: Int,
    rates: SamplingRates
  ) {
    let steps = steps.span
    for index in steps.indices { run(steps[index], view, into: &records, from: base, rates: rates) }
  }

  /// Runs a step over all records of `view`, storing to the records from `base`.
  ///
  /// The switches over field and width are outside the loop over records, which consists of a load, a byte swap and a
  /// store.
  @inline(__always)
  static func run(
    _ step: Step, _ view: borrowing RecordsView, into records: inout MutableSpan<FlowRecord>, from base: Int,
    rates: SamplingRates
  ) {
    switch step.field {
    case .sourceV4:
      fill(&records, base, view, step) { $0.source = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) }
    case .destinationV4:
      fill(&records, base, view, step) { $0.destination = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) }
    case .nextHopV4:
      fill(&records, base, view, step) { if $1 != 0 { $0.nextHop = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) } }
    case .sourceV6: fillV6(&records, base, view, step.offset) { $0.source = $1 }
    case .destinationV6: fillV6(&records, base, view, step.offset) { $0.destination = $1 }
    case .nextHopV6: fillV6(&records, base, view, step.offset) { $0.nextHop = $1 }
    case .sourcePort: fill(&records, base, view, step) { $0.sourcePort = UInt16(truncatingIfNeeded: $1) }
    case .destinationPort:
      fill(&records, base, view, step) { $0.destinationPort = UInt16(truncatingIfNeeded: $1) }
    case .protocolIdentifier:
      fill(&records, base, view, step) { $0.protocolIdentifier = UInt8(truncatingIfNeeded: $1) }
    case .typeOfService: fill(&records, base, view, step) { $0.typeOfService = UInt8(truncatingIfNeeded: $1) }
    case .tcpFlags: fill(&records, base, view, step) { $0.tcpFlags = UInt16(truncatingIfNeeded: $1) }
    case .octets: fill(&records, base, view, step) { $0.octets = $1 }
    case .packets: fill(&records, base, view, step) { $0.packets = $1 }
    case .ingressInterface:
      fill(&records, base, view, step) { $0.ingressInterface = UInt32(truncatingIfNeeded: $1) }
    case .egressInterface:
      fill(&records, base, view, step) { $0.egressInterface = UInt32(truncatingIfNeeded: $1) }
    case .sourceVLAN: fill(&records, base, view, step) { $0.sourceVLAN = UInt16(truncatingIfNeeded: $1) }
    case .destinationVLAN:
      fill(&records, base, view, step) { $0.destinationVLAN = UInt16(truncatingIfNeeded: $1) }
    case .sourceMAC: fill(&records, base, view, step) { $0.sourceMAC = $1 }
    case .destinationMAC: fill(&records, base, view, step) { $0.destinationMAC = $1 }
    case .direction: fill(&records, base, view, step) { $0.direction = $1 < 2 ? UInt8($1) + 1 : 0 }
    case .sourceAS: fill(&records, base, view, step) { $0.sourceAS = UInt32(truncatingIfNeeded: $1) }
    case .destinationAS: fill(&records, base, view, step) { $0.destinationAS = UInt32(truncatingIfNeeded: $1) }
    case .sourceMaskV4, .sourceMaskV6:
      fill(&records, base, view, step) { if $1 != 0 { $0.sourceMask = UInt8(truncatingIfNeeded: $1) } }
    case .destinationMaskV4, .destinationMaskV6:
      fill(&records, base, view, step) { if $1 != 0 { $0.destinationMask = UInt8(truncatingIfNeeded: $1) } }
    case .vrf: fill(&records, base, view, step) { $0.vrf = UInt32(truncatingIfNeeded: $1) }
    case .endReason: fill(&records, base, view, step) { $0.endReason = UInt8(truncatingIfNeeded: $1) }
    default: runSeldom(step, view, into: &records, from: base, rates: rates)
    }
  }

  /// The rest of `run`: fields of few templates, and sampling, which uses what the exporter reported.
  private static func runSeldom(
    _ step: Step, _ view: borrowing RecordsView, into records: inout MutableSpan<FlowRecord>, from base: Int,
    rates: SamplingRates
  ) {
    switch step.field {
    case .differentiatedServices:
      fill(&records, base, view, step) { $0.typeOfService = UInt8(truncatingIfNeeded: $1 &<< 2) }
    case .icmpTypeCodeV4, .icmpTypeCodeV6:
      fill(&records, base, view, step) { if $1 != 0 { $0.setICMP(UInt16(truncatingIfNeeded: $1)) } }
    case .icmpType: fill(&records, base, view, step) { $0.icmpType = UInt8(truncatingIfNeeded: $1) }
    case .icmpCode: fill(&records, base, view, step) { $0.icmpCode = UInt8(truncatingIfNeeded: $1) }
    case .natEvent: fill(&records, base, view, step) { $0.natEvent = UInt8(truncatingIfNeeded: $1) }
    case .firewallEvent: fill(&records, base, view, step) { $0.firewallEvent = UInt8(truncatingIfNeeded: $1) }
    case .forwardingStatus: fill(&records, base, view, step) { $0.forwardingStatus = UInt8(truncatingIfNeeded: $1) }
    // The top octet is the encapsulation, the low three octets are the network's number (IANA 351).
    case .layer2Segment: fill(&records, base, view, step) { $0.layer2Segment = UInt32(truncatingIfNeeded: $1) }
    case .samplerID:
      fill(&records, base, view, step) {
        if let rate = rates.bySampler[$1] {
          $0.samplingRate = rate
        } else if $1 == 0, !rates.bySampler.isEmpty {
          // For an exporter that names its samplers, this packet was not sampled.
          $0.samplingRate = 1
        }
      }
    case .samplingInterval:
      fill(&records, base, view, step) { if $1 != 0 { $0.samplingRate = UInt32(clamping: $1) } }
    case .samplingSpace:
      fill(&records, base, view, step) {
        $0.samplingRate = SamplingRates.rate(interval: $0.samplingRate, space: $1)
      }
    default: break
    }
  }

  /// Loads an unsigned field of every record and passes it to `store`.
  @inline(__always)
  private static func fill(
    _ records: inout MutableSpan<FlowRecord>, _ base: Int, _ view: borrowing RecordsView, _ step: Step,
    _ store: (inout FlowRecord, UInt64) -> Void
  ) {
    let (count, offset, width) = (view.count, step.offset, step.width)
    precondition(base >= 0 && count <= records.count &- base)
    if step.skipsZero {
      for i in 0..<count {
        let value = view.unsigned(i, at: offset, width: width)
        if value != 0 { store(&records[base &+ i], value) }
      }
      return
    }
    switch width {
    case 1: for i in 0..<count { store(&records[base &+ i], UInt64(view.octet(i, at: offset))) }
    case 2: for i in 0..<count { store(&records[base &+ i], UInt64(view.be16(i, at: offset))) }
    case 4: for i in 0..<count { store(&records[base &+ i], UInt64(view.be32(i, at: offset))) }
    case 8: for i in 0..<count { store(&records[base &+ i], view.be64(i, at: offset)) }
    default: for i in 0..<count { store(&records[base &+ i], view.unsigned(i, at: offset, width: width)) }
    }
  }

  /// Loads an IPv6 address of every record; `::` represents "none" in templates with addresses of both families.
  @inline(__always)
  private static func fillV6(
    _ records: inout MutableSpan<FlowRecord>, _ base: Int, _ view: borrowing RecordsView, _ offset: Int,
    _ store: (inout FlowRecord, IPAddress) -> Void
  ) {
    let count = view.count
    precondition(base >= 0 && count <= records.count &- base)
    for i in 0..<count {
      let address = IPAddress(high: view.be64(i, at: offset), low: view.be64(i, at: offset &+ 8))
      if !address.isUnspecified { store(&records[base &+ i], address) }
    }
  }
}

extension FlowRecord {
  /// Sets type from the high octet and code from the low one (icmpTypeCodeIPv4 and icmpTypeCodeIPv6).
  @inline(__always)
  mutating func setICMP(_ typeAndCode: UInt16) {
    icmpType = UInt8(truncatingIfNeeded: typeAndCode >> 8)
    icmpCode = UInt8(truncatingIfNeeded: typeAndCode)
  }

  /// Takes ICMP type and code from the ports. Without a source port, as in NetFlow v5, type × 256 + code is in the
  /// destination port; ICMPv6 has no type 0 (RFC 4443), so a value below 256 is a type alone. Otherwise the source port
  /// is the type and the destination port the code.
  ///
  /// - Parameters:
  ///   - isTold: Whether there are dedicated elements: if these are zero, only the destination port is considered.
  ///   - tellsEchoReplies: Whether these are exact for ICMP of IPv4, so that the ports are ignored: Cisco ASA stores the
  ///     identifier of an echo there.
  @inline(__always)
  mutating func takeICMPFromPort(isTold: Bool = false, tellsEchoReplies: Bool = false) {
    if protocolIdentifier == 58 || (protocolIdentifier == 1 && !tellsEchoReplies) { readICMP(isTold) }
  }

  private mutating func readICMP(_ isTold: Bool) {
    if isTold, icmpType | icmpCode != 0 || sourcePort != 0 { return }
    if (1...255).contains(sourcePort), destinationPort < 256 {
      setICMP(sourcePort << 8 | destinationPort)
    } else if protocolIdentifier == 58, destinationPort < 256 {
      setICMP(destinationPort << 8)
    } else {
      setICMP(destinationPort)
    }
  }
}
