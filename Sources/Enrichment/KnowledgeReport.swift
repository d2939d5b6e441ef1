/// How the files of knowledge are.
public struct KnowledgeReport: Sendable, Equatable {
  /// Those that are configured.
  public var files: [File] = []
  /// Octets of memory of all texts, those of earlier files included.
  public var textMemory = 0
  /// Octets of memory of the table that has prefixes and databases together; 0: at most one of them is in use.
  public var joinedMemory = 0

  /// What a file is for, by the name of its setting.
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
    /// What was read of it last; nil: nothing yet.
    public var size: KnowledgeSize?
    /// When that was, seconds since 1970 UTC.
    public var loaded: Int64?
    /// Octets of memory of its tables, without their texts.
    public var memory = 0
    /// Why it cannot be taken as it is now; nil: what was read is what it is.
    public var failure: String?
    /// Since when that is so, seconds since 1970 UTC.
    public var failingSince: Int64?

    public init(_ kind: Kind, path: String) {
      self.kind = kind
      self.path = path
    }
  }

  public init() {}
}
