import NIOCore
import NIOSSL
import NIOTLS

/// The last handler of a connection's pipeline: passes data to the table.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let table: ConnectionTable
  private let isSecure: Bool
  /// The allowed client names; nil if no certificate is required.
  private let clientNames: ClientNames?
  /// Nil until the channel is active, and if it was refused.
  private var connection: Connection?

  init(_ table: ConnectionTable, isSecure: Bool, clientNames: ClientNames?) {
    self.table = table
    self.isSecure = isSecure
    self.clientNames = clientNames
  }

  func channelActive(context: ChannelHandlerContext) {
    connection = table.admit(context.channel, isSecure: isSecure)
    if connection == nil { context.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Nothing is accepted before the handshake, or after the client's name was refused.
    guard let connection, connection.isOpen, !connection.isRefused else { return }
    table.receive(unwrapInboundIn(data), on: connection)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let connection, let event = event as? TLSUserEvent, case .handshakeCompleted = event {
      open(connection, context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func open(_ connection: Connection, _ context: ChannelHandlerContext) {
    if let clientNames {
      let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
      let names = certificate.map(ClientNames.names) ?? []
      guard clientNames.admits(names) else { return table.refuse(connection, names: names) }
    }
    connection.isOpen = true
    connection.lastActive = .now()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let connection { table.fail(connection, error) } else { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let connection { table.noteClosed(connection) }
  }
}
