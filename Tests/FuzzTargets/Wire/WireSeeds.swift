import Capture
import NetworkBytes

/// The datagrams of the real captures as inputs for targets that take messages.
enum WireSeeds {
  /// Each capture's datagrams, each as one raw message.
  private static let captures: [[[UInt8]]] = FuzzSeeds.files("real", "pcap").compactMap { path in
    guard var capture = try? CaptureFile(path: path) else { return nil }
    var datagrams: [[UInt8]] = []
    while (try? capture.next()) == true {
      datagrams.append(capture.datagram.bytes.copied())
    }
    return datagrams
  }

  /// Decoder options, followed by messages with their sender.
  @Sendable static func messages() -> [[UInt8]] {
    captures.map { [0] + $0.flatMap { MessageMaker.choices(raw: $0) + [0] } }
  }

  /// Pipeline options, followed by steps.
  @Sendable static func pipeline() -> [[UInt8]] {
    captures.map { datagrams in
      Array(repeating: 0, count: 13) + datagrams.flatMap { [15] + MessageMaker.choices(raw: $0) + [0, 0] }
    }
  }
}
