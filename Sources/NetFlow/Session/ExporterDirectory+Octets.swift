import FlowModel
import NetworkBytes

extension ExporterDirectory.Kept {
  /// Appends it as a checkpoint keeps it.
  func append(to octets: inout OctetWriter) {
    octets.append(address)
    octets.append(domain)
    rates.append(to: &octets)
    names.append(to: &octets)
    octets.append(count: ports.count)
    for port in ports { octets.append(port) }
    octets.append(systemInit) { $1.append($0) }
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    address = try octets.address()
    domain = try octets.number()
    rates = try SamplingRates(&octets)
    names = try ExporterNames(&octets)
    ports = []
    for _ in 0..<(try octets.count()) { ports.insert(try octets.number()) }
    systemInit = try octets.optional { reader throws(OctetFault) in try reader.signed() }
  }
}
