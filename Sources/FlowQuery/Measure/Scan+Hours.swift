import Files
import FlowModel
public import NetworkBytes
import Parquet

extension Scan {
  /// Creates a scan of the store's files for some hours, without listing the whole store.
  ///
  /// - Parameters:
  ///   - store: its directory.
  ///   - hours: milliseconds since 1970 UTC; every hour that it touches is included.
  public init(store: String, hours: Range<UnixMilliseconds>) {
    var files: [String] = []
    var failures: [ParquetReadError] = []
    let hour: Int64 = 3_600_000
    var start = max(0, hours.lowerBound - hours.lowerBound % hour)
    while start < hours.upperBound {
      let text = CivilTime.iso(milliseconds: start)
      let path = "\(store)/date=\(text.prefix(10))/hour=\(text.dropFirst(11).prefix(2))"
      // Retention may remove directories meanwhile.
      if let found = try? StoreFiles.find([path], mayBeEmpty: [path]) {
        files += found.files
        failures += found.failures
      }
      start += hour
    }
    self.init(files)
    unreadable = failures
  }

  /// Adds a collector's flows that are not in the files listed before the cut.
  public mutating func add(_ cut: LiveCut, of store: String) {
    let known = Set(sources.map(\.path))
    sources += cut.published.map { "\(store)/\($0)" }.filter { !known.contains($0) }.map { .path($0) }
    sources += cut.snapshots.map { .snapshot($0) }
    liveUntil = cut.time
  }

  /// Whether there is anything to read.
  public var isEmpty: Bool { sources.isEmpty }
}
