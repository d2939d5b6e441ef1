public import Capture
public import NetFlow
import NetworkBytes

/// Anonymizes datagrams and their senders.
public struct DatagramAnonymizer: ~Copyable {
  private var messages = MessageAnonymizer()
  private var addresses: AddressAnonymizer
  private var message: [UInt8] = []
  /// Datagrams that are neither NetFlow v5, v9 nor IPFIX, and were dropped.
  public private(set) var dropped: UInt64 = 0

  public init(_ key: AnonymizationKey) { addresses = AddressAnonymizer(key) }

  public var counters: MessageAnonymizer.Counters { messages.counters }

  /// Learns the templates of a datagram that is anonymized later.
  public mutating func learn(_ datagram: borrowing Datagram) {
    messages.learn(datagram.bytes, from: datagram.source, arrival: datagram.arrival)
  }

  /// Passes the anonymized datagram to `take`, or drops it if it cannot be shared.
  public mutating func anonymize(_ datagram: borrowing Datagram, _ take: (borrowing Datagram) -> Void) {
    message.removeAll(keepingCapacity: true)
    message.append(copying: datagram.bytes)
    guard messages.anonymize(&message, from: datagram.source, arrival: datagram.arrival, with: &addresses) else {
      dropped &+= 1
      return
    }
    var source = datagram.source
    source.address = addresses.substitute(source.address)
    take(
      Datagram(
        bytes: message.rawSpan, source: source, localPort: datagram.localPort, arrival: datagram.arrival,
        stream: datagram.stream))
  }
}
