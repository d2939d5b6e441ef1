import Files
import FlowModel
import GeoDatabases
import Labels

/// The content of one file.
protocol KnowledgeContent: Sendable {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self
  var size: KnowledgeSize { get }
  /// Octets of memory, without texts.
  var memory: Int { get }
  /// Nil unless it is a database.
  var age: DatabaseDescription? { get }
}

/// A file as last seen, and its content.
struct KnowledgeFile<Content: KnowledgeContent>: Sendable {
  private(set) var content: Content?
  private var path: String?
  /// When the content was read, and since when reading has failed; seconds since 1970 UTC.
  private var loaded: Int64?
  private var failingSince: Int64?
  /// Version of the last file read, successfully or not.
  private var version: FileVersion?
  /// The last error, which is reported once.
  private var failure: KnowledgeError?

  /// - Returns: whether the content has changed.
  mutating func refresh(
    _ path: String?, _ texts: inout TextCollector, _ events: inout [KnowledgeEvent], at now: Int64
  ) -> Bool {
    let hadContent = content != nil
    if path != self.path { self = KnowledgeFile(path: path) }
    guard let path else { return hadContent }
    // A missing file is read anyway, for the error.
    let present = try? Directory.status(path).version
    if let present, present == version { return hadContent && content == nil }
    do throws(KnowledgeError) {
      let read = try Content.load(path, &texts)
      content = read
      (loaded, failure, failingSince) = (now, nil, nil)
      version = present
      events.append(.loaded(path: path, read.size))
      if let age = read.age, age.days(at: now) > DatabaseDescription.usualDays {
        events.append(.old(path: path, days: age.days(at: now)))
      }
      return true
    } catch {
      // An error in the content persists until the file changes.
      version = error.isOfContent ? present : nil
      if error != failure { events.append(.refused(error, keepsEarlier: content != nil)) }
      failure = error
      failingSince = failingSince ?? now
      return hadContent && content == nil
    }
  }

  init(path: String? = nil) { self.path = path }

  /// Returns the state of the file; nil if none is configured.
  func report(_ kind: KnowledgeReport.Kind) -> KnowledgeReport.File? {
    guard let path else { return nil }
    var file = KnowledgeReport.File(kind, path: path)
    (file.size, file.loaded, file.memory) = (content?.size, loaded, content?.memory ?? 0)
    (file.failure, file.failingSince) = (failure?.description, failingSince)
    return file
  }
}

extension PrefixLabels: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(LabelError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .label(error) }
  }
  var size: KnowledgeSize { KnowledgeSize(count: count, unit: "prefixes", unusedColumns: unusedColumns) }
  var age: DatabaseDescription? { nil }
}

extension ExporterLabels: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(LabelError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .label(error) }
  }
  var size: KnowledgeSize {
    KnowledgeSize(
      count: count, unit: "exporters", unusedColumns: unusedColumns,
      details: withoutAddress > 0 ? "\(withoutAddress) rows without an address" : nil)
  }
  var age: DatabaseDescription? { nil }
}

extension InterfaceLabels: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(LabelError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .label(error) }
  }
  var size: KnowledgeSize { KnowledgeSize(count: count, unit: "interfaces", unusedColumns: unusedColumns) }
  var age: DatabaseDescription? { nil }
}

extension SystemLabels: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(LabelError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .label(error) }
  }
  var size: KnowledgeSize { KnowledgeSize(count: count, unit: "AS names", unusedColumns: unusedColumns) }
  var age: DatabaseDescription? { nil }
}

extension SystemDatabase: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(GeoError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .database(error) }
  }
  var size: KnowledgeSize {
    KnowledgeSize(count: description.networks, unit: "networks", unusedColumns: [], details: description.type)
  }
  var age: DatabaseDescription? { description }
}

extension CountryDatabase: KnowledgeContent {
  static func load(_ path: String, _ texts: inout TextCollector) throws(KnowledgeError) -> Self {
    do throws(GeoError) { return try Self(contentsOf: path, texts: &texts) } catch { throw .database(error) }
  }
  var size: KnowledgeSize {
    KnowledgeSize(count: description.networks, unit: "networks", unusedColumns: [], details: description.type)
  }
  var age: DatabaseDescription? { description }
}
