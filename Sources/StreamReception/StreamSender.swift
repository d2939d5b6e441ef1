import Files
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
public import NetworkBytes

/// Why a connection to a collector failed: one line.
public struct StreamSendError: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String
}

/// Sends messages over a connection, as the Exporting Process (RFC 7011 §10.4.2). Blocks while the collector does not
/// read.
public final class StreamSender {
  /// TLS settings of the client.
  public struct Security: Sendable {
    /// PEM file of certificate authorities for the collector's certificate; empty for the system's.
    public var authority = ""
    /// PEM files of the client's certificate and key; empty for none.
    public var certificate = ""
    public var key = ""
    /// The expected name in the collector's certificate; empty to expect the address.
    public var serverName = ""

    public init() {}
  }

  private let destination: String
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  /// Octets written but not flushed.
  private var waiting = 0

  private static let batch = 1 << 16

  /// Connects.
  ///
  /// - Parameter security: nil for no TLS.
  public init(to destination: Endpoint, security: Security?) throws(StreamSendError) {
    let text = "\(security == nil ? "tcp" : "tls")://\(destination)"
    self.destination = text
    let context = try security.map { security throws(StreamSendError) in try Self.context(security) }
    let name = security.flatMap { $0.serverName.isEmpty ? nil : $0.serverName }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let handshake = group.next().makePromise(of: Void.self)
    if context == nil { handshake.succeed() }
    do {
      let address = try SocketAddress(ipAddress: destination.address.description, port: Int(destination.port))
      channel = try ClientBootstrap(group: group).connectTimeout(.seconds(10))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            guard let context else { return }
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
            try pipeline.addHandler(HandshakeWatch(handshake))
          }
        }.connect(to: address).wait()
      try handshake.futureResult.wait()
    } catch {
      handshake.fail(error)
      try? group.syncShutdownGracefully()
      throw StreamSendError(description: "cannot connect to \(text): \(Self.text(error))")
    }
    self.group = group
  }

  private static func context(_ security: Security) throws(StreamSendError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      if !security.authority.isEmpty { configuration.trustRoots = .file(security.authority) }
      if !security.certificate.isEmpty {
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(security.certificate).map {
          .certificate($0)
        }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: security.key, format: .pem))
      }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      let files = [security.authority, security.certificate, security.key].filter { !$0.isEmpty }
      throw StreamSendError(
        description:
          "TLS: \(files.joined(separator: ", ")): \(text(error)); give PEM files, with the key of the certificate")
    }
  }

  private static func text(_ error: any Error) -> String {
    if let error = error as? IOError { return errorText(error.errnoCode) }
    if let error = error as? NIOConnectionError, let first = error.connectionErrors.first { return text(first.error) }
    return "\(error)"
  }

  /// Adds a message to the next `flush`.
  public func enqueue(_ message: [UInt8]) throws(StreamSendError) {
    channel.write(ByteBuffer(bytes: message), promise: nil)
    waiting += message.count
    if waiting >= Self.batch { try flush() }
  }

  /// Sends the enqueued messages; returns once the kernel has accepted them.
  public func flush() throws(StreamSendError) {
    guard waiting > 0 else { return }
    waiting = 0
    do {
      try channel.writeAndFlush(ByteBuffer()).wait()
    } catch {
      throw StreamSendError(
        description: "cannot send to \(destination): the connection has ended (\(Self.text(error)))")
    }
  }

  /// Checks whether the collector still accepts data: a refused connection exists for a moment, and over TLS 1.3 a
  /// client learns only after its handshake that its certificate was rejected (RFC 8446 §4.4.2.4).
  public func check() throws(StreamSendError) {
    let wait = group.next().scheduleTask(in: .milliseconds(300)) {}
    channel.closeFuture.whenComplete { _ in wait.cancel() }
    guard (try? wait.futureResult.wait()) == nil else { return }
    throw StreamSendError(description: "\(destination) has closed the connection; see its log")
  }

  /// Closes the connection. Call once, after everything was sent or sending has failed.
  public func close() {
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }
}

/// Signals the end of a client's handshake.
private final class HandshakeWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let promise: EventLoopPromise<Void>

  init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted = event { promise.succeed() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
