package import FlowModel
package import LookupTables
public import NetworkBytes

/// Maps addresses to countries.
public struct CountryDatabase: Sendable {
  /// Values are text numbers of countries.
  package let table: PrefixTable
  public let description: DatabaseDescription

  package init(contentsOf path: String, texts: inout TextCollector) throws(GeoError) {
    let file = try DatabaseFile.open(path)
    var builder = PrefixTableBuilder()
    var known: [UInt32: UInt32] = [:]
    var isUsed = false
    try DatabaseNetworks.forEach(in: file) { address, length, offset throws(GeoError) in
      let value: UInt32
      if let found = known[offset] {
        value = found
      } else {
        let country = try Self.country(offset, file)
        value = country.isEmpty ? 0 : try texts.add(country, of: file.path)
        known[offset] = value
      }
      if value > 0 { isUsed = true }
      builder.add(address, length: length, value: value)
    }
    if !isUsed { throw GeoError(path, .otherContent(type: file.type, wanted: "countries")) }
    description = DatabaseDescription(file, networks: builder.count)
    table = builder.table()
  }

  /// Returns the text number of an address's country (two letters of ISO 3166-1); 0 if unknown.
  public subscript(address: IPAddress) -> UInt32 { table[address] }

  /// Octets of memory, without texts.
  package var memory: Int { table.memory }

  /// Reads the country under the keys of MaxMind and DB-IP, or of IPinfo.
  private static func country(_ offset: UInt32, _ file: borrowing DatabaseFile) throws(GeoError) -> [UInt8] {
    let keys = [DatabaseKey("country", "iso_code"), DatabaseKey("country_code"), DatabaseKey("country")]
    let found = try file.value(offset, keys)
    guard case .text(let code) = found, code.count == 2, code.allSatisfy({ (0x41...0x5a).contains($0 & ~0x20) })
    else { return [] }
    return code.map { $0 & ~0x20 }
  }
}

/// Metadata of a database.
public struct DatabaseDescription: Sendable, Equatable {
  /// `GeoLite2-ASN`.
  public var type: String
  /// Build time, seconds since 1970 UTC.
  public var built: UInt64
  public var networks: Int

  init(_ file: borrowing DatabaseFile, networks: Int) {
    type = ExporterNames.text(Array(file.type.utf8).rawSpan)
    built = file.built
    self.networks = networks
  }

  /// Age in days from which a database is reported as outdated.
  public static let usualDays: Int64 = 90

  /// Returns the age in days.
  ///
  /// - Parameter now: seconds since 1970 UTC.
  public func days(at now: Int64) -> Int64 { max(0, now - Int64(clamping: built)) / 86_400 }
}
