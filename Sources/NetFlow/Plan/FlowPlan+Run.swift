import NetworkBytes

extension FlowPlan {
  /// Runs all steps over all records of `view`, into the records from `base` on.
  func run(
    over view: borrowing RecordsView, into records: inout [FlowRecord], from base: Int, time: TimeBase,
    rates: SamplingRates
  ) {
    var records = records.mutableSpan
    let steps = steps.span
    for index in steps.indices {
      let step = steps[index]
      Self.run(
        step.field, view, at: step.offset, width: step.width, into: &records, from: base, time: time, rates: rates)
    }
  }

  /// Runs one step over all records of `view`, into the records from `base` on.
  ///
  /// The switch over the field and the one over its width both stand outside the loop over records: what is left in the
  /// loop is a load, a byte swap and a store.
  @inline(__always)
  static func run(
    _ field: FlowField, _ view: borrowing RecordsView, at offset: Int, width: Int,
    into records: inout MutableSpan<FlowRecord>, from base: Int, time: TimeBase, rates: SamplingRates
  ) {
    switch field {
    case .sourceV4:
      fill(&records, base, view, offset, width) { $0.source = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) }
    case .destinationV4:
      fill(&records, base, view, offset, width) { $0.destination = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) }
    case .nextHopV4:
      fill(&records, base, view, offset, width) { $0.nextHop = IPAddress(v4: UInt32(truncatingIfNeeded: $1)) }
    case .sourceV6: fillV6(&records, base, view, offset) { $0.source = $1 }
    case .destinationV6: fillV6(&records, base, view, offset) { $0.destination = $1 }
    case .nextHopV6: fillV6(&records, base, view, offset) { $0.nextHop = $1 }
    case .sourcePort: fill(&records, base, view, offset, width) { $0.sourcePort = UInt16(truncatingIfNeeded: $1) }
    case .destinationPort:
      fill(&records, base, view, offset, width) { $0.destinationPort = UInt16(truncatingIfNeeded: $1) }
    case .protocolIdentifier:
      fill(&records, base, view, offset, width) { $0.protocolIdentifier = UInt8(truncatingIfNeeded: $1) }
    case .typeOfService: fill(&records, base, view, offset, width) { $0.typeOfService = UInt8(truncatingIfNeeded: $1) }
    case .tcpFlags: fill(&records, base, view, offset, width) { $0.tcpFlags = UInt16(truncatingIfNeeded: $1) }
    case .octets: fill(&records, base, view, offset, width) { $0.octets = $1 }
    case .packets: fill(&records, base, view, offset, width) { $0.packets = $1 }
    case .ingressInterface:
      fill(&records, base, view, offset, width) { $0.ingressInterface = UInt32(truncatingIfNeeded: $1) }
    case .egressInterface:
      fill(&records, base, view, offset, width) { $0.egressInterface = UInt32(truncatingIfNeeded: $1) }
    case .sourceVLAN: fill(&records, base, view, offset, width) { $0.sourceVLAN = UInt16(truncatingIfNeeded: $1) }
    case .destinationVLAN:
      fill(&records, base, view, offset, width) { $0.destinationVLAN = UInt16(truncatingIfNeeded: $1) }
    case .sourceMAC: fill(&records, base, view, offset, width) { $0.sourceMAC = $1 }
    case .destinationMAC: fill(&records, base, view, offset, width) { $0.destinationMAC = $1 }
    case .direction: fill(&records, base, view, offset, width) { $0.direction = $1 < 2 ? UInt8($1) + 1 : 0 }
    case .sourceAS: fill(&records, base, view, offset, width) { $0.sourceAS = UInt32(truncatingIfNeeded: $1) }
    case .destinationAS: fill(&records, base, view, offset, width) { $0.destinationAS = UInt32(truncatingIfNeeded: $1) }
    case .sourceMaskV4, .sourceMaskV6:
      fill(&records, base, view, offset, width) { if $1 != 0 { $0.sourceMask = UInt8(truncatingIfNeeded: $1) } }
    case .destinationMaskV4, .destinationMaskV6:
      fill(&records, base, view, offset, width) { if $1 != 0 { $0.destinationMask = UInt8(truncatingIfNeeded: $1) } }
    case .vrf: fill(&records, base, view, offset, width) { $0.vrf = UInt32(truncatingIfNeeded: $1) }
    case .endReason: fill(&records, base, view, offset, width) { $0.endReason = UInt8(truncatingIfNeeded: $1) }
    default: runSeldom(field, view, at: offset, width: width, into: &records, from: base, time: time, rates: rates)
    }
  }

  /// The rest of `run`: times, ICMP and sampling, which read the message's context.
  private static func runSeldom(
    _ field: FlowField, _ view: borrowing RecordsView, at offset: Int, width: Int,
    into records: inout MutableSpan<FlowRecord>, from base: Int, time: TimeBase, rates: SamplingRates
  ) {
    switch field {
    case .startMilliseconds: fill(&records, base, view, offset, width) { $0.start = time.milliseconds($1) }
    case .endMilliseconds: fill(&records, base, view, offset, width) { $0.end = time.milliseconds($1) }
    case .startUpTime: fill(&records, base, view, offset, width) { $0.start = time.upTime($1) }
    case .endUpTime: fill(&records, base, view, offset, width) { $0.end = time.upTime($1) }
    case .startSeconds: fill(&records, base, view, offset, width) { $0.start = time.seconds($1) }
    case .endSeconds: fill(&records, base, view, offset, width) { $0.end = time.seconds($1) }
    case .startMicroseconds, .startNanoseconds:
      fill(&records, base, view, offset, width) { $0.start = time.ntp($1) }
    case .endMicroseconds, .endNanoseconds:
      fill(&records, base, view, offset, width) { $0.end = time.ntp($1) }
    case .startDelta: fill(&records, base, view, offset, width) { $0.start = time.delta($1) }
    case .endDelta: fill(&records, base, view, offset, width) { $0.end = time.delta($1) }
    case .durationMilliseconds:
      fill(&records, base, view, offset, width) { $0.end = $0.start &+ Int64($1 & 0xffff_ffff) }
    case .durationMicroseconds:
      fill(&records, base, view, offset, width) { $0.end = $0.start &+ Int64(($1 & 0xffff_ffff) / 1000) }
    case .leadMilliseconds:
      fill(&records, base, view, offset, width) { $0.start = $0.end &- Int64($1 & 0xffff_ffff) }
    case .leadMicroseconds:
      fill(&records, base, view, offset, width) { $0.start = $0.end &- Int64(($1 & 0xffff_ffff) / 1000) }
    case .icmpTypeCodeV4, .icmpTypeCodeV6:
      fill(&records, base, view, offset, width) { if $1 != 0 { $0.setICMP(UInt16(truncatingIfNeeded: $1)) } }
    case .icmpType: fill(&records, base, view, offset, width) { $0.icmpType = UInt8(truncatingIfNeeded: $1) }
    case .icmpCode: fill(&records, base, view, offset, width) { $0.icmpCode = UInt8(truncatingIfNeeded: $1) }
    case .samplerID:
      fill(&records, base, view, offset, width) { if let rate = rates.bySampler[$1] { $0.samplingRate = rate } }
    case .samplingInterval:
      fill(&records, base, view, offset, width) { if $1 != 0 { $0.samplingRate = UInt32(clamping: $1) } }
    case .samplingSpace:
      fill(&records, base, view, offset, width) {
        $0.samplingRate = SamplingRates.rate(interval: $0.samplingRate, space: $1)
      }
    default: break
    }
  }

  /// Loads one unsigned field of every record and gives it to `store`.
  @inline(__always)
  private static func fill(
    _ records: inout MutableSpan<FlowRecord>, _ base: Int, _ view: borrowing RecordsView, _ offset: Int, _ width: Int,
    _ store: (inout FlowRecord, UInt64) -> Void
  ) {
    let count = view.count
    precondition(base >= 0 && count <= records.count &- base)
    switch width {
    case 1: for i in 0..<count { store(&records[base &+ i], UInt64(view.octet(i, at: offset))) }
    case 2: for i in 0..<count { store(&records[base &+ i], UInt64(view.be16(i, at: offset))) }
    case 4: for i in 0..<count { store(&records[base &+ i], UInt64(view.be32(i, at: offset))) }
    case 8: for i in 0..<count { store(&records[base &+ i], view.be64(i, at: offset)) }
    default: for i in 0..<count { store(&records[base &+ i], view.unsigned(i, at: offset, width: width)) }
    }
  }

  /// Loads an IPv6 address of every record; `::` is "none" in templates that hold addresses of both families.
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
  /// Type in the high octet, code in the low one (elements 32 and 139).
  @inline(__always)
  mutating func setICMP(_ typeAndCode: UInt16) {
    icmpType = UInt8(truncatingIfNeeded: typeAndCode >> 8)
    icmpCode = UInt8(truncatingIfNeeded: typeAndCode)
  }

  /// Takes ICMP type and code from the destination port, where NetFlow v5 puts them.
  @inline(__always)
  mutating func takeICMPFromPort() {
    if protocolIdentifier == 1 || protocolIdentifier == 58 { setICMP(destinationPort) }
  }
}
