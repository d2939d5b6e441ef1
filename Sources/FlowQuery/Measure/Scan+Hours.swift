import Files
import FlowModel
public import NetworkBytes
import Parquet

extension Scan {
  /// What a store has that left the cache in some hours, without looking at all of its files: the flows of the last minutes, or of
  /// some time ago.
  ///
  /// - Parameters:
  ///   - store: its directory.
  ///   - hours: milliseconds since 1970 UTC; every hour that it touches is looked at.
  public init(store: String, hours: Range<UnixMilliseconds>) {
    var files: [String] = []
    var failures: [ParquetReadError] = []
    let hour: Int64 = 3_600_000
    var start = max(0, hours.lowerBound - hours.lowerBound % hour)
    while start < hours.upperBound {
      let text = CivilTime.iso(milliseconds: start)
      let path = "\(store)/date=\(text.prefix(10))/hour=\(text.dropFirst(11).prefix(2))"
      // Retention removes directories meanwhile.
      if let found = try? StoreFiles.find([path], mayBeEmpty: [path]) {
        files += found.files
        failures += found.failures
      }
      start += hour
    }
    self.init(files)
    unreadable = failures
  }

  /// Adds what a collector has that is not in its store's files, as they were listed before the cut.
  public mutating func add(_ cut: LiveCut, of store: String) {
    let known = Set(sources.map(\.path))
    sources += cut.published.map { "\(store)/\($0)" }.filter { !known.contains($0) }.map { .path($0) }
    sources += cut.snapshots.map { .snapshot($0) }
    liveUntil = cut.time
  }

  /// Whether there is anything to read.
  public var isEmpty: Bool { sources.isEmpty }
}
