import FlowModel
public import GeoDatabases
public import Labels

/// The files that knowledge comes from; nil: none of the kind.
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

/// What has become of a file, when it is not what it was before.
public enum KnowledgeEvent: Sendable {
  /// It was read: what it is, and how much is in it.
  case loaded(path: String, KnowledgeSize)
  /// It cannot be taken. What was read of it before stays in use.
  case refused(KnowledgeError, keepsEarlier: Bool)
  /// The database is older than addresses stay where they are: days.
  case old(path: String, days: Int64)
}

/// What is in a file.
public struct KnowledgeSize: Sendable, Equatable, CustomStringConvertible {
  public var count: Int
  /// Prefixes, exporters, ….
  public var unit: String
  /// Columns that mean nothing in the file.
  public var unusedColumns: [String]
  public var details: String?

  /// `2 prefixes`.
  public var description: String { "\(count) \(unit)" + (details.map { " (\($0))" } ?? "") }
}

/// Why a file is not taken.
public enum KnowledgeError: Error, Sendable, Equatable, CustomStringConvertible {
  case label(LabelError)
  case database(GeoError)

  public var description: String {
    switch self {
    case .label(let error): error.description
    case .database(let error): error.description
    }
  }

  /// A line for each problem.
  public var lines: [String] {
    switch self {
    case .label(let error): error.lines
    case .database(let error): [error.description]
    }
  }

  /// Whether it is the file's content: another look at the same file would find the same.
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

/// Reads the files of knowledge, and again those that have changed. A file that cannot be taken leaves in use what was read of it last.
public struct KnowledgeFiles: Sendable {
  private var texts = TextCollector()
  private var prefixes = KnowledgeFile<PrefixLabels>()
  private var exporters = KnowledgeFile<ExporterLabels>()
  private var interfaces = KnowledgeFile<InterfaceLabels>()
  private var systems = KnowledgeFile<SystemLabels>()
  private var systemDatabase = KnowledgeFile<SystemDatabase>()
  private var countryDatabase = KnowledgeFile<CountryDatabase>()
  /// Of the prefixes and databases as they are now.
  private var hosts = HostTables()

  public init() {}

  /// Looks at the files, and reads those that are not what they were.
  ///
  /// - Parameter now: seconds since 1970 UTC.
  /// - Returns: the knowledge, if it has changed, and what became of which files: once for each change.
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

  /// How the files are, as of the last look at them.
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

  /// What is known now.
  public var knowledge: Knowledge {
    Knowledge(
      texts: texts.table, prefixes: prefixes.content, exporters: exporters.content, interfaces: interfaces.content,
      systems: systems.content, systemDatabase: systemDatabase.content, countryDatabase: countryDatabase.content,
      hosts: hosts)
  }
}
