import Synchronization

/// State shared between a store's writer and other threads: settings, and published files.
public final class StoreSettings: Sendable {
  public let published = PublishedFiles()
  /// Taps for its rows.
  public let taps = RowTaps()
  private let current: Mutex<Retention>
  private let metadata = Mutex<[(key: String, value: String)]?>(nil)

  public init(retention: Retention = Retention()) { current = Mutex(retention) }

  /// Retention; takes effect with the next window.
  public var retention: Retention {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// Sets the metadata of files committed from now on.
  public func setMetadata(_ new: [(key: String, value: String)]) { metadata.withLock { $0 = new } }

  /// Returns new metadata, once.
  func takeMetadata() -> [(key: String, value: String)]? { metadata.withLock { $0.take() } }
}
