import Dispatch
package import FlowStore
package import Logging
package import Settings
package import Shipping
import Synchronization
import Waiting

/// The file outputs of a running collector, each in its own tasks. Only shutdown waits for them, for some seconds.
package final class OutputSet: Sendable {
  /// Creates an output's destination without opening anything.
  package typealias Maker = @Sendable (OutputSetting, Logger) throws(ShippingFailure) -> any FileDestination

  private struct Member: Sendable {
    let setting: OutputSetting
    let destination: any FileDestination
    let shipper: Shipper
  }

  private let files: OwnFiles
  private let published: [PublishedFiles]
  private let taps: [RowTaps]
  private let state: String
  private let logger: Logger
  private let make: Maker
  private let members = Mutex<[Member]>([])
  /// The desired outputs; only the latest value is kept.
  private let settings: AsyncStream<[OutputSetting]>
  private let wanted: AsyncStream<[OutputSetting]>.Continuation
  private let control = Mutex<Task<Void, Never>?>(nil)

  /// How long an output that ends continues transfers.
  private static let finishTime: Duration = .seconds(5)
  /// How long shutdown waits, seconds: slightly longer.
  private static let longestFinish = 8.0

  /// - Parameters:
  ///   - files: the collector's files in its store.
  ///   - published: announcements of the store's writers.
  ///   - taps: taps for live rows.
  ///   - state: the collector's state directory, which contains the cursors.
  package init(
    files: OwnFiles, published: [PublishedFiles], taps: [RowTaps] = [], state: String, logger: Logger,
    make: @escaping Maker = { setting, logger throws(ShippingFailure) in try setting.makeDestination(logger: logger) }
  ) {
    self.files = files
    self.make = make
    self.published = published
    self.taps = taps
    self.state = state
    self.logger = logger
    (settings, wanted) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Starts applying `reconfigure`.
  package func start() {
    control.withLock { control in
      control = Task { for await settings in self.settings { await self.apply(settings) } }
    }
  }

  /// Ends outputs that were removed or changed, and starts those that are new or changed. Returns at once.
  package func reconfigure(_ settings: [OutputSetting]) { wanted.yield(settings) }

  /// In the order of the configuration.
  package var report: OutputReport {
    OutputReport(members.withLock { $0 }.map { OutputReport.Entry(kind: $0.setting.kind, $0.shipper.report) })
  }

  /// Ends all outputs. Blocks for up to some seconds.
  package func finish() {
    let ended = Event()
    Task {
      wanted.finish()
      await control.withLock { $0 }?.value
      await finish(members.withLock { $0 })
      ended.happen()
    }
    if !ended.wait(until: .now() + Self.longestFinish) {
      logger.warning("outputs do not stop; files in transit are shipped again after the next start")
    }
  }

  // MARK: Changes, in sequence

  private func apply(_ settings: [OutputSetting]) async {
    let before = members.withLock { $0 }
    // A cursor has a single shipper: a changed output ends before it restarts.
    await finish(before.filter { !settings.contains($0.setting) })
    let after = settings.map { setting in
      before.first { $0.setting == setting } ?? start(setting)
    }
    members.withLock { $0 = after }
  }

  private func start(_ setting: OutputSetting) -> Member {
    let destination: any FileDestination
    do throws(ShippingFailure) {
      destination = try make(setting, logger)
    } catch {
      destination = BrokenDestination(failure: error)
    }
    let shipper = Shipper(
      setting.shipping, to: destination, files: files, published: published, state: state, logger: logger)
    destination.start()
    if let tap = destination.tap { for taps in taps { taps.add(tap) } }
    shipper.start()
    return Member(setting: setting, destination: destination, shipper: shipper)
  }

  private func finish(_ members: [Member]) async {
    await withDiscardingTaskGroup { group in
      for member in members {
        group.addTask { [taps] in
          // Later rows are in files that it, or its successor, ships.
          if let tap = member.destination.tap { for taps in taps { taps.remove(tap) } }
          await member.shipper.finish(within: Self.finishTime)
          await member.destination.finish()
        }
      }
    }
  }
}
