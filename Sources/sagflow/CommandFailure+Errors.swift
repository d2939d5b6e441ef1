import Collector

extension CommandFailure {
  init(_ error: ConfigurationError) {
    let status: ExitStatus =
      switch error {
      case .noSuchFile: .noInput
      case .notPermitted: .notPermitted
      case .unreadable: .configuration
      case .invalid(let problems):
        // Options alone at fault: the command line is to be mended, not the configuration.
        problems.allSatisfy { if case .option = $0.origin { true } else { false } } ? .usage : .configuration
      }
    self.init(status, error.lines)
  }
}
