package import FlowModel
package import LookupTables
public import NetworkBytes

/// The countries of addresses.
public struct CountryDatabase: Sendable {
  /// Values are the numbers of the countries' texts.
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

  /// The number of the text of an address's country, two letters of ISO 3166-1; 0 if it is of none.
  public subscript(address: IPAddress) -> UInt32 { table[address] }

  /// Octets of memory, without texts.
  package var memory: Int { table.memory }

  /// Keys as MaxMind and DB-IP have them, and as IPinfo has.
  private static func country(_ offset: UInt32, _ file: borrowing DatabaseFile) throws(GeoError) -> [UInt8] {
    let keys = [DatabaseKey("country", "iso_code"), DatabaseKey("country_code"), DatabaseKey("country")]
    let found = try file.value(offset, keys)
    guard case .text(let code) = found, code.count == 2, code.allSatisfy({ (0x41...0x5a).contains($0 & ~0x20) })
    else { return [] }
    return code.map { $0 & ~0x20 }
  }
}

/// What a database says of itself.
public struct DatabaseDescription: Sendable, Equatable {
  /// `GeoLite2-ASN`.
  public var type: String
  /// When it was made, seconds since 1970 UTC.
  public var built: UInt64
  public var networks: Int

  init(_ file: borrowing DatabaseFile, networks: Int) {
    type = ExporterNames.text(Array(file.type.utf8).rawSpan)
    built = file.built
    self.networks = networks
  }

  /// Days after which addresses have moved on so far that it is reported.
  public static let usualDays: Int64 = 90

  /// Days since it was made.
  ///
  /// - Parameter now: seconds since 1970 UTC.
  public func days(at now: Int64) -> Int64 { max(0, now - Int64(clamping: built)) / 86_400 }
}
