import FlowFilter
import Foundation
import Logging
import NIOCore
import NetworkBytes
import Settings
import StreamReception
import Synchronization

/// The connections of a running collector: a queue per worker, and the receiver that fills them.
final class StreamService: Sendable {
  /// Nil if there is no listener.
  private let receiver: StreamReceiver?
  private let isSecure: Bool
  private let logger: Logger
  /// Senders whose connections are accepted.
  private let senders: Senders
  /// By worker.
  let queues: [StreamQueue]

  private final class Senders: Sendable {
    let rules: Mutex<AddressRules>

    init(_ rules: AddressRules) { self.rules = Mutex(rules) }
  }

  /// Octets waiting for a worker, besides as many being processed; bounds the acknowledged data that a crash loses.
  private static let queueCapacity = 512 << 10

  /// Opens the listeners.
  ///
  /// - Parameter wakes: wakes the workers.
  /// - Throws: `StreamListenError` or `TLSFileError`.
  init(_ configuration: CollectorConfiguration, workers count: Int, _ logger: Logger) throws {
    self.logger = logger
    queues = (0..<count).map { _ in StreamQueue(capacity: Self.queueCapacity) }
    let senders = Senders(configuration.live.exporters.addresses)
    self.senders = senders
    var options = configuration.streamOptions
    options.takes = { address in senders.rules.withLock { $0.verdict(on: address) == .taken } }
    isSecure = options.listeners.contains(where: \.isSecure)
    if options.listeners.isEmpty {
      receiver = nil
      return
    }
    let identity = isSecure ? try TLSIdentity(configuration.tlsFiles) : nil
    receiver = try StreamReceiver(listening: options, as: identity, to: queues, logger)
  }

  /// The listeners.
  var listeners: [StreamOptions.Listener] { receiver?.listeners ?? [] }

  /// Counters of connections; nil if there is no listener.
  var report: StreamReport? { receiver?.report }

  var status: CollectorStatus.Streams? {
    report.map { .init($0, waiting: queues.reduce(0) { $0 + $1.waiting }) }
  }

  func start() { receiver?.start() }

  /// Closes all connections. The workers must still run, and process what waits in their queues.
  func finish() { receiver?.finish() }

  /// Replaces the rules for new connections, and rereads the certificate files.
  func reload(_ files: TLSFiles, _ rules: AddressRules) {
    senders.rules.withLock { $0 = rules }
    guard isSecure else { return }
    do throws(TLSFileError) {
      receiver?.reload(try TLSIdentity(files))
    } catch {
      logger.error("\(error); new connections use the previous files")
    }
  }
}

extension CollectorConfiguration {
  var streamOptions: StreamOptions {
    var options = StreamOptions()
    options.listeners = streamListeners.map { setting in
      let isAlone = !streamListeners.contains {
        $0.endpoint.address.isV4 && $0.endpoint.port == setting.endpoint.port
      }
      return StreamOptions.Listener(
        setting.endpoint, isSecure: setting.transport == .tls,
        takesIPv4: setting.endpoint.address.isUnspecified && isAlone)
    }
    options.maximumConnections = streams.maximumConnections
    options.maximumConnectionsPerAddress = streams.maximumConnectionsPerAddress
    options.idleTimeout = streams.idleTimeout > 0 ? .seconds(Int64(streams.idleTimeout)) : nil
    return options
  }

  var tlsFiles: TLSFiles {
    var files = TLSFiles()
    files.certificate = live.tls.certificate
    files.key = live.tls.key
    files.clientCA = live.tls.clientCA
    files.clientNames = live.tls.clientNames
    return files
  }
}
