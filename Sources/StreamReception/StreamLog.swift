import Logging
import NIOCore
import NetworkBytes

/// Says what is wrong with peers: of each address once a minute, and of not too many.
struct StreamLog {
  private let logger: Logger
  /// When each address was last told of.
  private var told: [IPAddress: NIODeadline] = [:]

  private static let interval = TimeAmount.minutes(1)
  private static let maximumAddresses = 64

  init(_ logger: Logger) { self.logger = logger }

  mutating func warn(_ message: @autoclosure () -> String, of address: IPAddress, now: NIODeadline = .now()) {
    if let last = told[address], now - last < Self.interval { return }
    if told.count >= Self.maximumAddresses {
      told = told.filter { now - $0.value < Self.interval }
      if told.count >= Self.maximumAddresses { return }
    }
    told[address] = now
    let text = message()
    logger.warning("\(text)")
  }
}
