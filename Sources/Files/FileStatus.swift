import Glibc
import SystemPackage

/// Identifies a file or directory on this host, independent of its path.
public struct FileIdentity: Hashable, Sendable, Codable {
  package let device: UInt64
  package let inode: UInt64
}

/// Changes when a file is written to or replaced.
public struct FileVersion: Hashable, Sendable {
  let identity: FileIdentity
  /// Octets.
  package let size: Int64
  /// Time of the last modification, nanoseconds since 1970 UTC.
  let modified: Int64
}

/// The status of a path or an open file.
package struct FileStatus: Sendable {
  package enum Kind: Sendable {
    case file, directory, link, other
  }

  package let kind: Kind
  package let identity: FileIdentity
  /// Octets.
  package let size: Int64
  /// Time of the last modification, seconds since 1970 UTC.
  package let modified: Int64
  package let version: FileVersion
  /// Owner and group ids.
  package let user: UInt32
  package let group: UInt32
  /// Whether the owner is the process's user.
  package let isOwn: Bool
  /// Whether the file has no name left.
  package let isRemoved: Bool
  /// Permission bits of owner, group and others.
  package let permissions: UInt32

  init(_ status: Stat) {
    kind =
      switch status.type {
      case .regular: .file
      case .directory: .directory
      case .symbolicLink: .link
      default: .other
      }
    identity = FileIdentity(
      device: UInt64(status.deviceID.rawValue), inode: UInt64(status.inode.rawValue))
    size = status.size
    modified = Int64(status.st_mtim.tv_sec)
    version = FileVersion(identity: identity, size: size, modified: status.st_mtim.nanoseconds)
    user = status.userID.rawValue
    group = status.groupID.rawValue
    isOwn = user == geteuid()
    isRemoved = status.linkCount == 0
    permissions = UInt32(status.permissions.rawValue) & 0o777
  }
}

extension timespec {
  fileprivate var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }
}
