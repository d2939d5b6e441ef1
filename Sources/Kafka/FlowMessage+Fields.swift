package import FlowModel

/// A column as fields of goflow2's `FlowMessage` (flow.proto).
package struct FlowMessageField: Sendable {
  /// The encoding of a value.
  package enum Form: Sendable {
    /// A number; 0 is omitted.
    case number
    /// Milliseconds, encoded as nanoseconds.
    case nanoseconds
    /// The flow's end, which is also its time of reception: a second field besides that of the column.
    case endNanoseconds
    /// 4 or 16 octets; `::` is omitted.
    case address
    /// Likewise, with a second field for the EtherType of its family.
    case sourceAddress
    /// The 48 bits as a number.
    case mac
    case text
    /// `netflow_v5` and others, by number.
    case flowType
    /// `16001/3`: labels from the top, packed.
    case labels
  }

  package let number: UInt32
  package let column: FlowColumn
  package let form: Form

  private init(_ number: UInt32, _ column: FlowColumn, _ form: Form = .number) {
    self.number = number
    self.column = column
    self.form = form
  }

  /// `etype`, with the source address.
  package static let etherType: UInt32 = 30
  /// `time_received_ns`, with the flow's end.
  package static let received: UInt32 = 110

  /// Contains every column, which a test checks.
  package static let all: [FlowMessageField] = [
    Self(1, .flowType, .flowType), Self(3, .samplingRate), Self(6, .sourceAddress, .sourceAddress),
    Self(7, .destinationAddress, .address), Self(9, .octets), Self(10, .packets), Self(11, .exporterAddress, .address),
    Self(12, .nextHop, .address), Self(14, .sourceAS), Self(15, .destinationAS), Self(16, .sourceMask),
    Self(17, .destinationMask), Self(18, .ingressInterface), Self(19, .egressInterface), Self(20, .protocolIdentifier),
    Self(21, .sourcePort), Self(22, .destinationPort), Self(23, .typeOfService), Self(26, .tcpFlags),
    Self(27, .sourceMAC, .mac), Self(28, .destinationMAC, .mac), Self(31, .icmpType), Self(32, .icmpCode),
    Self(33, .sourceVLAN), Self(34, .destinationVLAN), Self(70, .observationDomainID), Self(81, .mplsLabels, .labels),
    Self(111, .timeStart, .nanoseconds), Self(112, .timeEnd, .endNanoseconds), Self(2000, .records),
    Self(2001, .direction, .text), Self(2002, .endReason), Self(2003, .application, .text),
    Self(2004, .postNATSourceAddress, .address), Self(2005, .postNATDestinationAddress, .address),
    Self(2006, .postNATSourcePort), Self(2007, .postNATDestinationPort), Self(2008, .vrf), Self(2009, .extra, .text),
    Self(2010, .ingressInterfaceName, .text), Self(2011, .egressInterfaceName, .text),
    Self(2012, .applicationName, .text), Self(2013, .vrfName, .text), Self(24, .forwardingStatus),
    Self(82, .mplsTopLabelAddress, .address), Self(2014, .natEvent), Self(2015, .firewallEvent),
    Self(2016, .portBlockStart), Self(2017, .portBlockEnd), Self(2018, .layer2Segment),
    Self(2019, .sourceLabel, .text), Self(2020, .destinationLabel, .text), Self(2021, .sourceCountry, .text),
    Self(2022, .destinationCountry, .text), Self(2023, .sourceASName, .text), Self(2024, .destinationASName, .text),
    Self(2025, .exporterName, .text), Self(2026, .reverseOctets), Self(2027, .reversePackets),
  ]
}
