package import FuzzTargets

extension FuzzTarget {
  /// Targets that depend on the collector's services.
  package static let ofCollector = [recovery, checkpoint, settings, request, answers]
}
