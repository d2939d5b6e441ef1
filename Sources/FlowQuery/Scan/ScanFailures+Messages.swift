import Foundation
import Parquet

extension ScanFailures {
  /// Remarks about a complete result, one line each.
  public var notices: [String] {
    var lines: [String] = []
    if !vanished.isEmpty {
      let files = vanished.count == 1 ? "1 file" : "\(vanished.count) files"
      lines.append("\(files) left out: retention removed meanwhile")
    }
    if let first = repeated.first {
      let others = repeated.count == 1 ? "" : " (and \(repeated.count - 1) more)"
      lines.append("\(first)\(others): the same file as another one; it counts once")
    }
    return lines
  }

  /// Maximum number of files and directories listed individually.
  private static let namedFailures = 5

  /// What the result lacks, one line each; empty if it is complete.
  public var messages: [String] {
    var lines = unread.prefix(Self.namedFailures).map { "\($0); it was left out" }
    let user = NSUserName().isEmpty ? "USER" : NSUserName()
    let forbidden = unread.filter(\.isForbidden)
    if let first = forbidden.first {
      lines.append(
        "\(Self.count(forbidden)): permission denied; ask an administrator to run `usermod -aG \(Self.readers(of: first.path)) \(user)`, then log in again"
      )
    }
    if unread.count > Self.namedFailures { lines.append("\(Self.count(unread)) in total could not be read") }
    return lines
  }

  private static func count(_ failures: [ParquetReadError]) -> String {
    failures.count == 1 ? "1 file or directory" : "\(failures.count) files and directories"
  }

  /// Returns the group whose members may read a path; otherwise the service's group.
  private static func readers(of path: String) -> String {
    var url = URL(fileURLWithPath: path)
    while url.path != "/" {
      if let found = try? FileManager.default.attributesOfItem(atPath: url.path) {
        let mode = found[.posixPermissions] as? Int ?? 0
        let group = found[.groupOwnerAccountName] as? String ?? ""
        return mode & 0o40 != 0 && !["", "root"].contains(group) ? group : "sagflow"
      }
      url.deleteLastPathComponent()
    }
    return "sagflow"
  }
}
