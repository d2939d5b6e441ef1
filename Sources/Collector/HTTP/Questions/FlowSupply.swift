import FlowModel
package import FlowQuery
import Foundation
import NetworkBytes
import Synchronization

/// Provides the store's files and live flows to queries; refreshed at most once a second, however many queries run.
package final class FlowSupply: Sendable {
  /// The input of a query.
  struct Flows: Sendable {
    var scan: Scan
    /// What a result lacks and why, one line each.
    var notices: [String]
  }

  private struct Held {
    var made: ContinuousClock.Instant
    var flows: Flows
  }

  private let path: String
  private let own: @Sendable () -> OwnCollector?
  /// With live flows, and without.
  private let live = Mutex<Held?>(nil)
  private let committed = Mutex<Held?>(nil)

  private static let freshness: Duration = .seconds(1)

  /// - Parameters:
  ///   - path: path of the store.
  ///   - own: the collector of this process; nil before it has started.
  package init(_ path: String, own: @escaping @Sendable () -> OwnCollector?) {
    self.path = path
    self.own = own
  }

  /// Returns files and flows. Blocks while they are collected, once for concurrent callers.
  func flows(isCommitted: Bool) -> Flows {
    if isCommitted { return committed.withLock { Self.fresh(&$0) { find(isCommitted: true) } } }
    return live.withLock { Self.fresh(&$0) { find(isCommitted: false) } }
  }

  private static func fresh(_ held: inout Held?, _ find: () -> Flows) -> Flows {
    if let held, .now - held.made < freshness { return held.flows }
    // Avoids two copies of all live flows at a time.
    held = nil
    let flows = find()
    // Counted from the end, so that a slow collection is not repeated at once.
    held = Held(made: .now, flows: flows)
    return flows
  }

  /// Releases copies of live flows that are too old to be used.
  func release() {
    committed.withLock { $0 = nil }
    live.withLock { $0 = nil }
  }

  private func find(isCommitted: Bool) -> Flows {
    do throws(QueryError) {
      let store = isCommitted ? try LiveStore.committed([path]) : try LiveStore.find([path], own: own())
      var notices = store.notices
      if store.isEmpty { notices.append(Self.emptiness(store.collectors.first)) }
      return Flows(scan: store.scan, notices: notices)
    } catch {
      // A store without files is new.
      return Flows(scan: Scan([]), notices: [Self.emptiness(nil)])
    }
  }

  private static func emptiness(_ collector: LiveState?) -> String {
    guard let collector else { return "no flows yet" }
    if collector.datagrams == 0 {
      return "no flows yet: nothing was received on \(collector.listen.joined(separator: ", "))"
    }
    let time = CivilTime.iso(milliseconds: collector.nextFile).prefix(19)
    return "no flows yet; the next file is due at \(time)Z"
  }
}
