import FlowModel
public import GeoDatabases
public import Labels

/// Paths of the files to read; nil for none.
public struct EnrichmentOptions: Sendable, Hashable {
  public var prefixes: String?
  public var exporters: String?
  public var interfaces: String?
  public var systems: String?
  public var systemDatabase: String?
  public var countryDatabase: String?

  public init() {}

  public var isEmpty: Bool { self == EnrichmentOptions() }
}

/// A change in the state of a file.
public enum KnowledgeEvent: Sendable {
  /// The file was read.
  case loaded(path: String, KnowledgeSize)
  /// The file was rejected. Earlier content stays in use.
  case refused(KnowledgeError, keepsEarlier: Bool)
  /// The database is outdated; its age in days.
  case old(path: String, days: Int64)
}

/// The number of entries in a file.
public struct KnowledgeSize: Sendable, Equatable, CustomStringConvertible {
  public var count: Int
  /// Prefixes, exporters, ….
  public var unit: String
  /// Columns of the file that are ignored.
  public var unusedColumns: [String]
  public var details: String?

  /// `2 prefixes`.
  public var description: String { "\(count) \(unit)" + (details.map { " (\($0))" } ?? "") }
}

/// Why a file was rejected.
public enum KnowledgeError: Error, Sendable, Equatable, CustomStringConvertible {
  case label(LabelError)
  case database(GeoError)

  public var description: String {
    switch self {
    case .label(let error): error.description
    case .database(let error): error.description
    }
  }

  /// One line per problem.
  public var lines: [String] {
    switch self {
    case .label(let error): error.lines
    case .database(let error): [error.description]
    }
  }

  /// Whether the error is in the file's content, so that reading it again would fail again.
  public var isOfContent: Bool {
    switch self {
    case .label(let error): if case .lines = error.reason { true } else { false }
    case .database(let error):
      switch error.reason {
      case .broken, .otherContent, .full: true
      case .unread: false
      }
    }
  }
}

/// Reads the files, and rereads those that have changed. The last valid content of a file stays in use while a new
/// version is invalid.
public struct KnowledgeFiles: Sendable {
  private var texts = TextCollector()
  private var prefixes = KnowledgeFile<PrefixLabels>()
  private var exporters = KnowledgeFile<ExporterLabels>()
  private var interfaces = KnowledgeFile<InterfaceLabels>()
  private var systems = KnowledgeFile<SystemLabels>()
  private var systemDatabase = KnowledgeFile<SystemDatabase>()
  private var countryDatabase = KnowledgeFile<CountryDatabase>()
  /// Tables of the current prefixes and databases.
  private var hosts = HostTables()

  public init() {}

  /// Rereads the files that have changed.
  ///
  /// - Parameter now: seconds since 1970 UTC.
  /// - Returns: the new snapshot, if anything changed, and an event for each change.
  public mutating func refresh(
    _ options: EnrichmentOptions, at now: Int64
  ) -> (knowledge: Knowledge?, events: [KnowledgeEvent]) {
    var events: [KnowledgeEvent] = []
    var (hasNewHosts, isNew) = (false, false)
    hasNewHosts = prefixes.refresh(options.prefixes, &texts, &events, at: now) || hasNewHosts
    isNew = exporters.refresh(options.exporters, &texts, &events, at: now) || isNew
    isNew = interfaces.refresh(options.interfaces, &texts, &events, at: now) || isNew
    isNew = systems.refresh(options.systems, &texts, &events, at: now) || isNew
    hasNewHosts = systemDatabase.refresh(options.systemDatabase, &texts, &events, at: now) || hasNewHosts
    hasNewHosts = countryDatabase.refresh(options.countryDatabase, &texts, &events, at: now) || hasNewHosts
    if hasNewHosts { hosts = HostTables(prefixes.content, countryDatabase.content, systemDatabase.content) }
    return (isNew || hasNewHosts ? knowledge : nil, events)
  }

  /// The state of the files as last seen.
  public var report: KnowledgeReport {
    var report = KnowledgeReport()
    report.textMemory = texts.memory
    report.joinedMemory = hosts.joinedMemory
    report.files = [
      prefixes.report(.prefixes), exporters.report(.exporters), interfaces.report(.interfaces),
      systems.report(.asNames), systemDatabase.report(.asDatabase), countryDatabase.report(.countryDatabase),
    ].compactMap { $0 }
    return report
  }

  /// The current snapshot.
  public var knowledge: Knowledge {
    Knowledge(
      texts: texts.table, prefixes: prefixes.content, exporters: exporters.content, interfaces: interfaces.content,
      systems: systems.content, systemDatabase: systemDatabase.content, countryDatabase: countryDatabase.content,
      hosts: hosts)
  }
}
