/// The state of all files.
public struct KnowledgeReport: Sendable, Equatable {
  /// The configured files.
  public var files: [File] = []
  /// Octets of memory of all texts, including those of earlier files.
  public var textMemory = 0
  /// Octets of memory of the joined table of prefixes and databases; 0 if at most one of them is in use.
  public var joinedMemory = 0

  /// The kind of a file, named after its setting.
  public enum Kind: String, Sendable, CaseIterable {
    case prefixes
    case exporters
    case interfaces
    case asNames
    case asDatabase
    case countryDatabase
  }

  public struct File: Sendable, Equatable {
    public var kind: Kind
    public var path: String
    /// Size of the last valid content; nil if there is none yet.
    public var size: KnowledgeSize?
    /// When it was read, seconds since 1970 UTC.
    public var loaded: Int64?
    /// Octets of memory of its tables, without texts.
    public var memory = 0
    /// Why the present file was rejected; nil if the content in use is up to date.
    public var failure: String?
    /// Since when it has been rejected, seconds since 1970 UTC.
    public var failingSince: Int64?

    public init(_ kind: Kind, path: String) {
      self.kind = kind
      self.path = path
    }
  }

  public init() {}
}
