package import Files
import Foundation
public import NetworkBytes
public import Parquet

/// What a collector and who asks it for live flows say to each other, a message each:
///
///     client                         collector
///     hello(version, link, …)  ──▶
///                              ◀──   ready(state), stranger, or unavailable(reason)
///     (lists the store's files)
///     cut                      ──▶
///                              ◀──   file(name) with one or two open files, for each file that is not published
///                              ◀──   published(path), for each file published since `hello`
///                              ◀──   end(time), or unavailable(reason)
///
/// What was listed was published before the cut; so files listed, published since and not published make up all flows of the
/// cut, each once.
package enum LiveMessage: Codable, Sendable {
  /// - Parameters:
  ///   - link: the name of the link in the store: it may be another collector's, of another host.
  ///   - directory: the store: it may be a copy.
  case hello(version: Int, link: String, directory: FileIdentity)
  case ready(LiveState)
  /// The link, or the store that it is in, is not this collector's.
  case stranger
  case cut
  /// - Parameter hasFooter: whether the second open file ends with the first one's footer.
  case file(name: String, hasFooter: Bool)
  /// - Parameter path: below the store's directory.
  case published(path: String)
  case end(time: UnixMilliseconds)
  /// - Parameter reason: why there are no live flows now, for people.
  case unavailable(reason: String)

  /// Of this protocol and the columns; a program that was replaced while its collector runs may have another.
  package static let version = 1

  package var encoded: [UInt8] {
    // Strings and numbers always have a form in JSON.
    (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
  }

  /// - Returns: nil if it is none of ours.
  package init?(_ octets: [UInt8]) {
    guard let message = try? JSONDecoder().decode(LiveMessage.self, from: Data(octets)) else { return nil }
    self = message
  }
}

/// How a collector is that may not have any flows yet.
public struct LiveState: Codable, Hashable, Sendable {
  /// When it was started.
  public var started: UnixMilliseconds
  /// That were received, also in earlier runs that this one has resumed.
  public var datagrams: UInt64
  public var liveFlows: UInt64
  /// When its next file will be in the store, if there are flows.
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

/// Flows that a collector has and that were in no published file, at one moment.
public struct LiveCut: Sendable {
  /// All that was received before is in it.
  public var time: UnixMilliseconds
  public var snapshots: [ParquetSnapshot]
  /// Files that were published shortly before, below the store's directory: who listed the store earlier may lack them.
  public var published: [String]

  public init(time: UnixMilliseconds, snapshots: [ParquetSnapshot], published: [String]) {
    self.time = time
    self.snapshots = snapshots
    self.published = published
  }
}
