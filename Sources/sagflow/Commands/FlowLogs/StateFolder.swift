import CloudAPI
import Files
import Foundation

/// The folder for records of changes in the cloud: `sagflow` in the user's state directory, readable only by the user.
enum StateFolder {
  /// `$XDG_STATE_HOME/sagflow`, otherwise `~/.local/state/sagflow`; the working directory if neither is known.
  static let path: String = {
    let environment = ProcessInfo.processInfo.environment
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.local/state" }
    return state.map { "\($0)/sagflow" } ?? "."
  }()

  /// Makes a text safe as part of a file name.
  static func safe(_ text: some StringProtocol) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
  }

  /// Writes a new file.
  ///
  /// - Returns: its path.
  static func create(_ name: String, _ content: Data) throws(FileError) -> String {
    try prepare()
    let path = "\(path)/\(name)"
    try write(content, to: path, .creating(0o600))
    try Directory.sync(Self.path)
    return path
  }

  /// Replaces a file atomically.
  static func replace(_ name: String, _ content: Data) throws(FileError) {
    try prepare()
    let path = "\(path)/\(name)"
    let aside = "\(path).new"
    try Directory.remove(aside)
    try write(content, to: aside, .creating(0o600))
    try Directory.rename(aside, to: path)
    try Directory.sync(Self.path)
  }

  private static func write(_ content: Data, to path: String, _ mode: OpenFile.Mode) throws(FileError) {
    let file = try OpenFile(path, mode, for: .create)
    try file.write(Array(content).span)
    try file.sync()
    try file.close()
  }

  private static func prepare() throws(FileError) {
    guard path != ".", let slash = path.lastIndex(of: "/") else { return }
    try Directory.createAll(String(path[..<slash]))
    try Directory.create(path)
    let status = try Directory.status(path)
    // A folder created by earlier versions may be readable by others.
    if status.isOwn, status.permissions & 0o077 != 0 {
      try OpenFile(path, .directory, for: .openDirectory).setPermissions(0o700)
    }
  }
}
