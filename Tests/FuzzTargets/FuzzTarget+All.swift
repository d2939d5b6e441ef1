extension FuzzTarget {
  /// Those that need nothing of the collector's services.
  package static let all = [pipeline, templates, options, capture, parquet, filter, journal, ring]
}
