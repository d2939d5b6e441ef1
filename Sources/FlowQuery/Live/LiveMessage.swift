package import Files
import Foundation
public import NetworkBytes
public import Parquet

/// Messages between a collector and a client that requests live flows:
///
///     client                         collector
///     hello(version, link, …)  ──▶
///                              ◀──   ready(state), stranger, or unavailable(reason)
///     (lists the store's files)
///     cut                      ──▶
///                              ◀──   file(name) with one or two open files, for each unpublished file
///                              ◀──   published(path), for each file published since `hello`
///                              ◀──   end(time), or unavailable(reason)
///
/// Files in the listing were published before the cut; therefore listed, newly published and unpublished files contain
/// all flows of the cut exactly once.
package enum LiveMessage: Codable, Sendable {
  /// - Parameters:
  ///   - link: name of the link in the store, which may belong to another collector or host.
  ///   - directory: the store, which may be a copy.
  case hello(version: Int, link: String, directory: FileIdentity)
  case ready(LiveState)
  /// The link or the store is not this collector's.
  case stranger
  case cut
  /// - Parameter hasFooter: whether the second open file contains the end of the first, including the footer.
  case file(name: String, hasFooter: Bool)
  /// - Parameter path: relative to the store.
  case published(path: String)
  case end(time: UnixMilliseconds)
  /// - Parameter reason: why live flows are unavailable, for display.
  case unavailable(reason: String)

  /// Version of the protocol and the columns; a program upgraded while its collector runs may have another.
  package static let version = 1

  package var encoded: [UInt8] {
    // Strings and numbers can always be encoded as JSON.
    (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
  }

  /// - Returns: nil if it is not a valid message.
  package init?(_ octets: [UInt8]) {
    guard let message = try? JSONDecoder().decode(LiveMessage.self, from: Data(octets)) else { return nil }
    self = message
  }
}

/// The state of a collector, which may have no flows yet.
public struct LiveState: Codable, Hashable, Sendable {
  /// Start time.
  public var started: UnixMilliseconds
  /// Datagrams received, including by earlier runs that were resumed.
  public var datagrams: UInt64
  public var liveFlows: UInt64
  /// When its next file will be published, if there are flows.
  public var nextFile: UnixMilliseconds
  public var listen: [String]

  public init(
    started: UnixMilliseconds, datagrams: UInt64, liveFlows: UInt64, nextFile: UnixMilliseconds, listen: [String]
  ) {
    self.started = started
    self.datagrams = datagrams
    self.liveFlows = liveFlows
    self.nextFile = nextFile
    self.listen = listen
  }
}

/// A consistent snapshot of a collector's flows that are in no published file.
public struct LiveCut: Sendable {
  /// Everything received before this time is included.
  public var time: UnixMilliseconds
  public var snapshots: [ParquetSnapshot]
  /// Recently published files, relative to the store; an earlier listing may lack them.
  public var published: [String]

  public init(time: UnixMilliseconds, snapshots: [ParquetSnapshot], published: [String]) {
    self.time = time
    self.snapshots = snapshots
    self.published = published
  }
}
