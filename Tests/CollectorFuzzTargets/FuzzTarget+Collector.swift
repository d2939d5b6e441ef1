package import FuzzTargets

extension FuzzTarget {
  /// Those of the collector's services.
  package static let ofCollector = [recovery, checkpoint, settings, request, answers]
}
