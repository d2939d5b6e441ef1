import Foundation
public import NetworkBytes

/// A hand-built capture with its expected records and error counters.
public struct OddCase: Sendable, CustomStringConvertible {
  /// The expected behaviour as a sentence.
  public let description: String
  /// The capture file's octets.
  public let capture: Octets
  public let expected: [ExpectedRecord]
  /// Error counters with their names in the record contract; others are 0.
  public let counters: [String: Int]
  /// Whether sequence numbers show a loss; nil if not relevant to the case.
  public let losesSequence: Bool?

  /// A case of whole datagrams, one per second, in Ethernet frames by default.
  @inline(never)
  public init(
    _ description: String, _ datagrams: Datagram..., counters: [String: Int] = [:], losesSequence: Bool? = nil,
    format: CaptureFile.Format = .pcap, linkType: LinkType = .ethernet
  ) {
    var file = CaptureFile(format, linkType: linkType)
    for (number, datagram) in datagrams.enumerated() {
      file.append(
        datagram: datagram.payload, from: datagram.source, to: datagram.destination,
        at: (UInt64(sampleTime) + UInt64(number)) * 1_000_000_000)
    }
    self.init(description, file, datagrams, counters: counters, losesSequence: losesSequence)
  }

  /// A case with any capture; the datagrams only define the expected results.
  @inline(never)
  public init(
    _ description: String, _ file: CaptureFile, _ datagrams: [Datagram], counters: [String: Int] = [:],
    losesSequence: Bool? = nil
  ) {
    self.description = description
    capture = file.octets
    expected = datagrams.flatMap(\.expected)
    self.counters = counters
    self.losesSequence = losesSequence
  }

  /// Error counters of the record contract, except `sequence_gap`.
  public static let counterNames = [
    "short_datagram", "bad_version", "bad_count", "bad_set_length", "unknown_template", "bad_template",
    "truncated_record", "bad_list", "reserved_set", "withdrawal_ignored", "truncated_frame",
  ]
}

/// A message in transit, and its records.
public struct Datagram: Sendable {
  public let payload: Octets
  public let source: Endpoint
  public let destination: Endpoint
  public let expected: [ExpectedRecord]

  /// - Parameters:
  ///   - exporter: source address; the collector has an address of the same family.
  ///   - gives: the records of the message.
  @inline(never)
  public init(_ message: Message, from exporter: String = "192.0.2.1", port: UInt16 = 40_000, gives: Gives...) {
    self.init(message, from: exporter, port: port, gives: gives)
  }

  @inline(never)
  public init(_ message: Message, from exporter: String = "192.0.2.1", port: UInt16 = 40_000, gives: [Gives]) {
    payload = message.octets
    let address = IPAddress(exporter) ?? .unspecified
    source = Endpoint(address: address, port: port)
    destination = Endpoint(
      address: IPAddress(address.isV4 ? "192.0.2.99" : "2001:db8::99") ?? .unspecified, port: 9_995)
    expected = gives.map { [source] in ExpectedRecord(source: source, message: message, record: $0) }
  }

  /// A datagram that is not a message.
  @inline(never)
  public init(_ payload: Octets) {
    self.init(Message(version: 0, domain: 0, sequence: 0, time: 0, octets: payload))
  }
}

/// The expected output of a record.
public struct Gives: Sendable {
  let template: UInt16
  let kind: String
  let fields: String
  let derived: String?
  let isOptional: Bool

  /// A flow record: template id and fields as JSON.
  ///
  /// - Parameters:
  ///   - derived: the absolute times as JSON.
  ///   - optional: true for data that precede their template: a collector may hold them back and decode them later.
  @inline(never)
  public static func flow(_ template: UInt16, _ fields: String, derived: String? = nil, optional: Bool = false) -> Gives
  {
    Gives(template: template, kind: "flow", fields: fields, derived: derived, isOptional: optional)
  }

  /// An options data record.
  @inline(never)
  public static func options(_ template: UInt16, _ fields: String) -> Gives {
    Gives(template: template, kind: "options", fields: fields, derived: nil, isOptional: false)
  }
}

/// A line that `replay --records` must print.
public struct ExpectedRecord: Sendable {
  /// The line in canonical form, without absolute times.
  public let line: String
  /// Absolute flow times as canonical JSON, if relevant to the case.
  public let derived: String?
  /// Whether a collector may omit the record.
  public let isOptional: Bool

  init(source: Endpoint, message: Message, record: Gives) {
    line = canonicalJSON(
      """
      {"exporter":"\(source.address)","port":\(source.port),"version":\(message.version),"domain":\(message.domain),\
      "template":\(record.template),"kind":"\(record.kind)","exportTime":\(message.time),"seq":\(message.sequence),\
      "fields":\(record.fields)}
      """)
    derived = record.derived.map { canonicalJSON($0) }
    isOptional = record.isOptional
  }
}

/// Returns JSON with sorted members, so that equal values have equal text; other text is returned unchanged.
///
/// - Parameter members: the members of the outermost object to keep; all by default.
@inline(never)
public func canonicalJSON(_ text: String, only members: Set<String>? = nil) -> String {
  guard var value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return text }
  if let members, let object = value as? [String: Any] { value = object.filter { members.contains($0.key) } }
  let data = try? JSONSerialization.data(
    withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
  return data.map { String(decoding: $0, as: UTF8.self) } ?? text
}

/// The members of a line that the record contract compares.
public let lineMembers: Set = [
  "exporter", "port", "version", "domain", "template", "kind", "exportTime", "seq", "fields",
]
