import Glibc
import SystemPackage

/// What tells a file or directory from all others of this host, whatever paths lead to it.
public struct FileIdentity: Hashable, Sendable, Codable {
  package let device: UInt64
  package let inode: UInt64
}

/// What differs once a file was written to, or another was put in its place.
public struct FileVersion: Hashable, Sendable {
  let identity: FileIdentity
  /// Octets.
  package let size: Int64
  /// When its octets were written last, nanoseconds since 1970 UTC.
  let modified: Int64
}

/// What a path leads to, or what an open file is.
package struct FileStatus: Sendable {
  package enum Kind: Sendable {
    case file, directory, link, other
  }

  package let kind: Kind
  package let identity: FileIdentity
  /// Octets.
  package let size: Int64
  /// When its octets were written last, seconds since 1970 UTC.
  package let modified: Int64
  package let version: FileVersion
  /// The ids of its owner and its group.
  package let user: UInt32
  package let group: UInt32
  /// Whether it is of the user that the process runs as.
  package let isOwn: Bool
  /// Whether no name is left that leads to it.
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
