extension FuzzTarget {
  /// Targets that do not depend on the collector's services.
  package static let all = [pipeline, templates, options, capture, parquet, filter, journal, ring]
}
