// GeoDatabases: AS numbers, AS names and countries of addresses from databases in MaxMind's format (MaxMind DB, version
// 2), read with libmaxminddb. A database is read once, as a whole, into lookup tables; lookups touch no file, so a file
// that is replaced or truncated later does no harm.
//
//     GeoError.swift           why a database was rejected
//     DatabaseFile.swift       the open database; all calls of the library
//     DatabaseNetworks.swift   the walk over all networks
//     SystemDatabase.swift     address → AS number and name
//     CountryDatabase.swift    address → country

public import Files

/// Why a database was rejected.
public struct GeoError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The file could not be read.
    case unread(WholeFileFault)
    /// The library reported an error.
    case broken(String)
    /// The database contains nothing of what was wanted.
    case otherContent(type: String, wanted: String)
    /// The text table is full.
    case full
  }

  public var path: String
  public var reason: Reason

  public init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension GeoError: CustomStringConvertible {
  /// One line: what, where, what to do.
  public var description: String {
    switch reason {
    case .unread(let fault):
      fault.text(path, expected: "a database in MaxMind's format", ifTooLarge: "use a smaller database")
    case .broken(let text): "\(path): \(text); download it again"
    case .otherContent(let type, let wanted):
      "\(path): a database of type '\(type)' without \(wanted); give another one"
    case .full: "\(path): too much text: the limit of this process is reached; restart it"
    }
  }
}
