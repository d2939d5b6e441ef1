import Synchronization

/// What other threads share with a store's writer: what they can change while it is written, and what it has published.
public final class StoreSettings: Sendable {
  public let published = PublishedFiles()
  /// Who sees its rows.
  public let taps = RowTaps()
  private let current: Mutex<Retention>
  private let metadata = Mutex<[(key: String, value: String)]?>(nil)

  public init(retention: Retention = Retention()) { current = Mutex(retention) }

  /// What is kept; holds from the next window on.
  public var retention: Retention {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// Changes the files' metadata: of those that are committed from now on.
  public func setMetadata(_ new: [(key: String, value: String)]) { metadata.withLock { $0 = new } }

  /// Metadata that the writer does not have yet.
  func takeMetadata() -> [(key: String, value: String)]? { metadata.withLock { $0.take() } }
}
