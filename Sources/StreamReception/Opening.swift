import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NetworkBytes

/// The state of a receiver while it opens its listeners.
struct Opening {
  let group: MultiThreadedEventLoopGroup
  let loop: any EventLoop
  let table: NIOLoopBoundBox<ConnectionTable>
  let identity: IdentityBox
  let reports = StreamReportBox()
  private let options: StreamOptions

  init(_ options: StreamOptions, _ identity: IdentityBox, _ queues: [StreamQueue], _ logger: Logger) {
    self.options = options
    self.identity = identity
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (loop, reports) = (group.next(), reports)
    self.loop = loop
    table = .makeBoxSendingValue(ConnectionTable(options, queues, reports, logger), eventLoop: loop)
  }

  func listen(
    on listeners: [StreamOptions.Listener]
  ) throws(StreamListenError) -> (channels: [any Channel], listeners: [StreamOptions.Listener]) {
    var channels: [any Channel] = []
    var bound: [StreamOptions.Listener] = []
    do throws(StreamListenError) {
      for var listener in listeners {
        let channel = try bind(listener)
        listener.endpoint.endpoint.port = UInt16(truncatingIfNeeded: channel.localAddress?.port ?? 0)
        channels.append(channel)
        bound.append(listener)
      }
    } catch {
      for channel in channels { try? channel.close().wait() }
      throw error
    }
    return (channels, bound)
  }

  private func bind(_ listener: StreamOptions.Listener) throws(StreamListenError) -> any Channel {
    let (table, identity) = (table, identity)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Inherited by connections; set before the first one, so that TCP windows can be as large.
      .serverChannelOption(.socketOption(.so_rcvbuf), value: .init(options.receiveBuffer))
      .serverChannelOption(.autoRead, value: false)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // Set for every secure listener; its handler refuses data without a handshake.
          let identity = listener.isSecure ? identity.value : nil
          let pipeline = channel.pipeline.syncOperations
          if let identity { try pipeline.addHandler(NIOSSLServerHandler(context: identity.context)) }
          try pipeline.addHandler(
            ConnectionHandler(table.value, isSecure: listener.isSecure, clientNames: identity?.clientNames))
        }
      }
    do {
      // The system resolves zones; an address causes no lookup.
      let endpoint = listener.endpoint
      let host = endpoint.zone.isEmpty ? endpoint.address.description : "\(endpoint.address)%\(endpoint.zone)"
      let address = try SocketAddress.makeAddressResolvingHost(host, port: Int(endpoint.port))
      guard address.protocol == .inet6 else { return try bootstrap.bind(to: address).wait() }
      let isOnly = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
      return try bootstrap.serverChannelOption(isOnly, value: listener.takesIPv4 ? 0 : 1).bind(to: address).wait()
    } catch let error as IOError {
      throw StreamListenError(listener: listener, code: error.errnoCode)
    } catch {
      throw StreamListenError(listener: listener, code: EADDRNOTAVAIL)
    }
  }
}
