import ArgumentParser

/// How the process ends; the numbers of sysexits.h where it has one.
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

/// A command's end other than done: what is said, one line each, and the exit status.
///
/// Commands throw this and nothing else prints errors, so that every message looks alike.
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
