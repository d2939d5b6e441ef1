import CBuildVersion

/// The sources that the program was built from.
enum BuildVersion {
  /// The first line of the file `VERSION`.
  static let number = line(build_version_octet)

  /// The commit, and whether sources differed from it; empty if there was no repository.
  static let commit = line(build_commit_octet)

  /// The text printed by `--version`.
  static let description = commit.isEmpty ? number : "\(number) (\(commit))"

  private static func line(_ octet: (Int) -> UInt8) -> String {
    var octets: [UInt8] = []
    while case let next = octet(octets.count), next != 0, next != UInt8(ascii: "\n") { octets.append(next) }
    return String(decoding: octets, as: UTF8.self)
  }
}
