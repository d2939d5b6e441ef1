import FlowModel
import NetworkBytes

extension ExporterDirectory.Kept {
  /// Appends the statements to a checkpoint.
  func append(to octets: inout OctetWriter) {
    octets.append(address)
    octets.append(domain)
    rates.append(to: &octets)
    names.append(to: &octets)
    octets.append(count: ports.count)
    for port in ports { octets.append(port) }
    octets.append(systemInit) { $1.append($0) }
    octets.append(contestedSince) { $1.append($0) }
    octets.append(count: voices?.count ?? 0)
    for voice in voices ?? [] { voice.append(to: &octets) }
  }

  /// Reads the statements from a checkpoint.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    address = try octets.address()
    domain = try octets.number()
    rates = try SamplingRates(&octets)
    names = try ExporterNames(&octets)
    ports = []
    for _ in 0..<(try octets.count()) { ports.insert(try octets.number()) }
    systemInit = try octets.optional { reader throws(OctetFault) in try reader.signed() }
    contestedSince = try octets.optional { reader throws(OctetFault) in try reader.signed() }
    let count = try octets.count(of: 4)
    voices = count > 0 ? [] : nil
    for _ in 0..<count { voices?.append(try Voice(&octets)) }
  }
}

extension ExporterDirectory.Kept.Voice {
  fileprivate func append(to octets: inout OctetWriter) {
    octets.append(port)
    rates.append(to: &octets)
    names.append(to: &octets)
    octets.append(systemInit) { $1.append($0) }
  }

  fileprivate init(_ octets: inout OctetReader) throws(OctetFault) {
    port = try octets.number()
    rates = try SamplingRates(&octets)
    names = try ExporterNames(&octets)
    systemInit = try octets.optional { reader throws(OctetFault) in try reader.signed() }
  }
}
