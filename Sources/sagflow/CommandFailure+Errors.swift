import Capture
import Collector
import Files
import FlowAggregation
import FlowStore
import Glibc
import Journal
import Settings

extension CommandFailure {
  init(_ error: ConfigurationError) {
    let status: ExitStatus =
      switch error {
      case .noSuchFile: .noInput
      case .notPermitted: .notPermitted
      case .unreadable: .configuration
      case .invalid(let problems):
        // If only options are wrong, the command line is at fault, not the configuration.
        problems.allSatisfy { if case .option = $0.origin { true } else { false } } ? .usage : .configuration
      }
    self.init(status, error.lines)
  }

  /// Describes an error of a collector, or of starting or ending one.
  init(collecting error: any Error) {
    switch error {
    case let error as SocketError: self.init(error)
    case let error as FileError: self.init(error)
    case let error as StoreError: self.init(error)
    case let error as FlowKeyError: self.init(error)
    case let error as StateError: self.init(error)
    default: self.init(.configuration, "\(error)")
    }
  }

  init(_ error: FileError) {
    self.init(error.isForbidden ? .notPermitted : .inputOutput, error.description)
  }

  init(_ error: StoreError) {
    self.init(error.fileError?.isForbidden == true ? .notPermitted : .inputOutput, error.description)
  }

  init(_ error: SocketError) {
    self.init(error.code == EACCES || error.code == EPERM ? .notPermitted : .unavailable, error.description)
  }

  init(_ error: StateError) {
    let status: ExitStatus =
      switch error {
      case .inUse, .ambiguous: .unavailable
      case .system(_, _, let code): code == EACCES || code == EPERM || code == EROFS ? .notPermitted : .inputOutput
      }
    self.init(status, error.description)
  }

  init(_ error: FlowKeyError) {
    self.init(.configuration, "aggregation.key: \(error)")
  }
}
