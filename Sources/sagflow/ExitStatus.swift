import ArgumentParser

/// Exit statuses, from sysexits.h where it has one.
enum ExitStatus: Int32 {
  case done = 0
  /// The other side refused.
  case refused = 1
  case usage = 64
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case inputOutput = 74
  case notPermitted = 77
  case configuration = 78
}

/// An unsuccessful end of a command: messages, one line each, and the exit status.
///
/// All commands throw this type, and errors are printed in one place, so that all messages look alike.
struct CommandFailure: Error {
  var status: ExitStatus
  /// `what: where: what to do`, without the program's name.
  var lines: [String]

  init(_ status: ExitStatus, _ lines: [String]) {
    self.status = status
    self.lines = lines
  }

  init(_ status: ExitStatus, _ line: String) { self.init(status, [line]) }
}
