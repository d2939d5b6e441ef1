import FlowFilter
import Foundation
import Logging
import NIOCore
import NetworkBytes
import Settings
import StreamReception
import Synchronization

/// The connections' side of a running collector: a queue for each worker, and what accepts connections for them.
final class StreamService: Sendable {
  /// Nil: there is no address for it.
  private let receiver: StreamReceiver?
  private let isSecure: Bool
  private let logger: Logger
  /// Whose connections are accepted.
  private let senders: Senders
  /// Of each worker.
  let queues: [StreamQueue]

  private final class Senders: Sendable {
    let rules: Mutex<AddressRules>

    init(_ rules: AddressRules) { self.rules = Mutex(rules) }
  }

  /// Octets that wait for a worker, and as many that it is at: a crash loses no more of what exporters were told has come.
  private static let queueCapacity = 512 << 10

  /// Opens the listeners.
  ///
  /// - Parameter wakes: wake the workers.
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

  /// Where connections are accepted.
  var listeners: [StreamOptions.Listener] { receiver?.listeners ?? [] }

  /// What became of connections; nil: there can be none.
  var report: StreamReport? { receiver?.report }

  var status: CollectorStatus.Streams? {
    report.map { .init($0, waiting: queues.reduce(0) { $0 + $1.waiting }) }
  }

  func start() { receiver?.start() }

  /// Closes all connections. The workers have to go on meanwhile, and take what waits in their queues.
  func finish() { receiver?.finish() }

  /// Takes over whose connections are accepted from now on, and reads the files of certificates again.
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
