// GeoDatabases: AS numbers, AS names and countries of addresses from databases in MaxMind's format (MaxMind DB, version 2), over
// libmaxminddb. A database is read once, as a whole, into tables of our own: lookups touch no file, so that one that is replaced or cut
// off hurts nobody.
//
//     GeoError.swift           why a database is not taken
//     DatabaseFile.swift       the open database: the home of calls to the library
//     DatabaseNetworks.swift   the walk over all networks
//     SystemDatabase.swift     address → AS number and name
//     CountryDatabase.swift    address → country

public import Files

/// Why a database is not taken.
public struct GeoError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// It cannot be read as a whole.
    case unread(WholeFileFault)
    /// What the library says is wrong with it.
    case broken(String)
    /// It has nothing of what is asked for; its type.
    case otherContent(type: String, wanted: String)
    /// There is no room for its texts.
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
