import FlowModel
import NetworkBytes

/// Random flows with a value in every column, or none.
enum Sample {
  static func record(_ random: inout some RandomNumberGenerator) -> FlowRecord {
    var record = FlowRecord()
    record.source = address(&random)
    record.destination = address(&random)
    record.nextHop = address(&random)
    record.interfaceWord = UInt64.random(in: 0...3, using: &random) << 32 | UInt64.random(in: 0...3, using: &random)
    record.transportWord = random.next()
    record.traitsWord = random.next()
    record.direction = UInt8.random(in: 0...2, using: &random)
    record.autonomousSystemWord = random.next()
    record.routeWord = random.next()
    record.vrf = UInt32.random(in: 0...3, using: &random)
    record.octets = random.next()
    record.packets = random.next()
    record.start = Int64.random(in: 0...2_000_000_000_000, using: &random)
    record.end = Int64.random(in: 0...2_000_000_000_000, using: &random)
    record.sourceMACWord = random.next()
    record.destinationMACWord = random.next()
    record.sourceMAC = UInt64.random(in: 0...3, using: &random) * 0x0123_4567_89ab
    record.records = UInt32.random(in: 1...9, using: &random)
    record.origin = UInt32.random(in: 1...2, using: &random)
    return record
  }

  static func rare(_ random: inout some RandomNumberGenerator) -> FlowExtension {
    var rare = FlowExtension()
    rare.postNATSource = address(&random)
    rare.postNATDestination = address(&random)
    rare.postNATSourcePort = UInt16.random(in: 0...9, using: &random)
    rare.postNATDestinationPort = UInt16.random(in: 0...9, using: &random)
    rare.portBlockStart = UInt16.random(in: 0...9, using: &random)
    rare.portBlockEnd = UInt16.random(in: 0...9, using: &random)
    rare.mplsTopLabelAddress = address(&random)
    for depth in 0..<Int.random(in: 0...10, using: &random) {
      rare.mplsStack[depth] = UInt32.random(in: 0...0xff_ffff, using: &random)
    }
    rare.applicationEngine = UInt8.random(in: 0...3, using: &random)
    rare.applicationSelector = UInt64.random(in: 0...3, using: &random)
    rare.reverseOctets = UInt64.random(in: 0...9, using: &random)
    rare.reversePackets = UInt64.random(in: 0...9, using: &random)
    if Bool.random(using: &random) { rare.extra = #"{"a":"b, c"}"# }
    return rare
  }

  /// Returns numbers of some of `texts`, or none.
  static func facts(_ random: inout some RandomNumberGenerator) -> FlowFacts {
    func number() -> UInt32 { UInt32.random(in: 0...UInt32(texts.count), using: &random) }
    var facts = FlowFacts()
    facts.sourceLabel = number()
    facts.destinationLabel = number()
    facts.sourceCountry = number()
    facts.destinationCountry = number()
    facts.sourceASName = number()
    facts.destinationASName = number()
    facts.exporterName = number()
    facts.ingressInterfaceName = number()
    facts.egressInterfaceName = number()
    return facts
  }

  /// Includes texts that need escapes.
  private static let texts: TextTable = {
    var texts = TextCollector()
    for text in ["berlin/acme", "say \"hi\", größe", "DE"] { _ = try? texts.number(of: text) }
    return texts.table
  }()

  /// Returns one of a few addresses of both families, or sometimes none.
  private static func address(_ random: inout some RandomNumberGenerator) -> IPAddress {
    switch Int.random(in: 0...4, using: &random) {
    case 0: .unspecified
    case 1, 2: IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0...9, using: &random))
    default: IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64.random(in: 0...9, using: &random))
    }
  }

  static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc633_6401), domain: 7, version: 10),
    FlowOrigin(exporter: IPAddress(v4: 0xc633_6402), domain: 8, version: 9),
  ]

  /// The first exporter names everything, in part with characters that need escapes.
  static let names: NameTable = {
    var names = ExporterNames()
    for number in UInt64(0)...3 {
      names.set("Gi0/\(number) \"up\", core", .interface, number)
      names.set("vrf-\(number)", .vrf, number)
      names.set("app-\(number)", .application, ExporterNames.applicationNumber(engine: 1, selector: number))
    }
    var table = NameTable([(origins[1].exporter, origins[1].domain, names)])
    table.texts = texts
    return table
  }()
}
