import Foundation
public import NetworkBytes

/// A capture built by hand, the records that must come of it and the error counters it must leave.
public struct OddCase: Sendable, CustomStringConvertible {
  /// What must be so, as a sentence.
  public let description: String
  /// The capture file's octets.
  public let capture: Octets
  public let expected: [ExpectedRecord]
  /// Error counters by their names in the record contract; those not named are 0.
  public let counters: [String: Int]
  /// Whether sequence numbers show a loss; nil: not what the case is about.
  public let losesSequence: Bool?

  /// A case of whole datagrams, one a second, in Ethernet frames unless the link type says otherwise.
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

  /// A case of any capture; the datagrams only tell what must come of it.
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

  /// Error counters of the record contract, besides `sequence_gap`.
  public static let counterNames = [
    "short_datagram", "bad_version", "bad_count", "bad_set_length", "unknown_template", "bad_template",
    "truncated_record", "bad_list", "reserved_set", "withdrawal_ignored", "truncated_frame",
  ]
}

/// A message on its way, and the records it holds.
public struct Datagram: Sendable {
  public let payload: Octets
  public let source: Endpoint
  public let destination: Endpoint
  public let expected: [ExpectedRecord]

  /// - Parameters:
  ///   - exporter: source address; the collector has one of the same family.
  ///   - gives: the records in it.
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

  /// A datagram that is no message.
  @inline(never)
  public init(_ payload: Octets) {
    self.init(Message(version: 0, domain: 0, sequence: 0, time: 0, octets: payload))
  }
}

/// What a record of a message comes out as.
public struct Gives: Sendable {
  let template: UInt16
  let kind: String
  let fields: String
  let derived: String?
  let isOptional: Bool

  /// A flow record: its template's number and its fields as JSON.
  ///
  /// - Parameters:
  ///   - derived: the absolute times as JSON.
  ///   - optional: true for data that came before its template: a collector may hold it back and decode it.
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
  /// Absolute flow times as canonical JSON, where the case is about them.
  public let derived: String?
  /// Whether a collector may also leave the record out.
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

/// JSON with members in order of their names, so that equal values are equal text; what is no JSON stays as it is.
///
/// - Parameter members: keep only these of the outermost object, if given.
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
