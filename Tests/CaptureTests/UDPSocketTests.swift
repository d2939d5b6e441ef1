import Capture
import Foundation
import Glibc
import NetworkBytes
import TestSupport
import Testing

@Suite("UDP sockets", .tags(.network), .unlessFast, .ownThread)
struct UDPSocketTests {
  static func error(_ body: () throws(SocketError) -> Void) -> SocketError? {
    do throws(SocketError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test("A port that is in use is named, whoever uses it", arguments: [localV4, localV6])
  func portInUse(_ local: Endpoint) throws {
    for sharing in [UDPSocket.Sharing.exclusive, .opening] {
      let first = try UDPSocket(listening: local, sharing: sharing)
      let endpoint = first.localEndpoint
      #expect(endpoint.port != 0)
      #expect(endpoint.address == local.address)
      let error = Self.error { () throws(SocketError) in _ = try UDPSocket(listening: endpoint) }
      #expect(
        error?.description
          == "cannot listen on \(endpoint): Address already in use; `ss -lunp` shows which program listens there")
    }
  }

  @Test("An exclusive socket cannot be joined, and a joining one cannot open next to it")
  func exclusive() throws {
    let first = try UDPSocket(listening: localV4, sharing: .exclusive)
    let endpoint = first.localEndpoint
    let error = Self.error { () throws(SocketError) in _ = try UDPSocket(listening: endpoint, sharing: .joining) }
    #expect(error?.code == EADDRINUSE)
  }

  @Test("Joining sockets share a port: exporters are spread over them, none is lost")
  func sharing() throws {
    var receiver = try UDPReceiver()
    receiver.add(try UDPSocket(listening: localV4, sharing: .opening))
    receiver.add(try UDPSocket(listening: receiver.localEndpoint(0), sharing: .joining))
    receiver.add(try UDPSocket(listening: receiver.localEndpoint(0), sharing: .joining))
    for number in 0..<100 {
      var sender = try UDPSender(from: localV4)
      try sender.send(pattern(number).rawSpan, to: receiver.localEndpoint(0))
    }
    let taken = try takeDatagrams(100, from: &receiver)
    #expect(taken.map(\.payload.count).sorted() == Array(0..<100))
    for socket in 0..<3 { #expect(receiver.counters(socket).datagrams > 0) }
  }

  @Test("0.0.0.0 and [::] are listened to on one port, and IPv4 never comes in by the IPv6 socket")
  func bothFamilies() throws {
    var receiver = try UDPReceiver()
    let any4 = try UDPSocket(listening: Endpoint(address: IPAddress(v4: 0), port: 0))
    let port = any4.localEndpoint.port
    receiver.add(any4)
    receiver.add(try UDPSocket(listening: Endpoint(address: .unspecified, port: port)))
    var sender4 = try UDPSender(from: localV4)
    var sender6 = try UDPSender(from: localV6)
    try sender4.send(pattern(4).rawSpan, to: Endpoint(address: localV4.address, port: port))
    try sender6.send(pattern(6).rawSpan, to: Endpoint(address: localV6.address, port: port))
    let taken = try takeDatagrams(2, from: &receiver).sorted { $0.socket < $1.socket }
    #expect(taken.map(\.source) == [sender4.localEndpoint, sender6.localEndpoint])
  }

  @Test("[::] takes IPv4, too, on request, and shows its senders as IPv4", arguments: [true, false])
  func dualStack(takesIPv4: Bool) throws {
    var receiver = try UDPReceiver()
    let any = try UDPSocket(listening: Endpoint(address: .unspecified, port: 0), takesIPv4: takesIPv4)
    #expect(any.takesIPv4 == takesIPv4)
    #expect(UDPSocket.takesIPv4(any.descriptor) == takesIPv4)
    let port = any.localEndpoint.port
    receiver.add(any)
    var sender4 = try UDPSender(from: localV4)
    var sender6 = try UDPSender(from: localV6)
    // Nothing listens there: refused with an ICMP message that nobody waits for.
    try sender4.send(pattern(4).rawSpan, to: Endpoint(address: localV4.address, port: port))
    try sender6.send(pattern(6).rawSpan, to: Endpoint(address: localV6.address, port: port))
    let taken = try takeDatagrams(takesIPv4 ? 2 : 1, from: &receiver)
    let sources = Set(taken.map(\.source))
    #expect(sources == Set([sender6.localEndpoint] + (takesIPv4 ? [sender4.localEndpoint] : [])))
  }

  /// A link-local address of this host and its interface.
  private static let linkLocal: (address: IPAddress, interface: String, number: UInt32)? = {
    // Fields: address; in hexadecimal the interface number, prefix length, scope (0x20: link) and flags; name.
    for line in ((try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8)) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 6, words[3] == "20", let number = UInt32(words[1], radix: 16),
        let high = UInt64(words[0].prefix(16), radix: 16), let low = UInt64(words[0].suffix(16), radix: 16)
      else { continue }
      return (IPAddress(high: high, low: low), String(words[5]), number)
    }
    return nil
  }()

  @Test(
    "a link-local address is listened on at its interface, by name or number",
    .enabled(if: linkLocal != nil, "no interface has a link-local address"))
  func zone() throws {
    let own = try #require(Self.linkLocal)
    for zone in [own.interface, String(own.number)] {
      let socket = try UDPSocket(listening: Endpoint(address: own.address, port: 0), zone: zone)
      let endpoint = try UDPSocket.endpoint(of: socket.descriptor)
      #expect(endpoint == ScopedEndpoint(socket.localEndpoint, zone: own.interface))
      #expect(UDPSocket.named(ScopedEndpoint(socket.localEndpoint, zone: zone)) == endpoint)
    }
  }

  @Test("an interface that this host does not have is named, and a link-local address without one is told")
  func noZone() throws {
    let local = Endpoint(address: try #require(IPAddress("fe80::1")), port: 9995)
    for zone in ["no-such-if", "999999"] {
      let error = Self.error { () throws(SocketError) in _ = try UDPSocket(listening: local, zone: zone) }
      #expect(
        error?.description == "cannot listen on [fe80::1%\(zone)]:9995: No such device; "
          + "this host has no interface '\(zone)': `ip link` lists them")
    }
    let bare = Self.error { () throws(SocketError) in _ = try UDPSocket(listening: local) }
    #expect(bare?.description.contains("a link-local address needs its interface, such as [fe80::1%eth0]:9995") == true)
  }

  @Test("An address that this host does not have, or may not use, is an error with advice")
  func badAddress() {
    let elsewhere = Endpoint(address: IPAddress(v4: 0xc000_0201), port: 9995)
    let error = Self.error { () throws(SocketError) in _ = try UDPSocket(listening: elsewhere) }
    #expect(
      error?.description == "cannot listen on 192.0.2.1:9995: Cannot assign requested address; "
        + "no interface of this host has this address")
  }

  @Test("What the kernel granted of the receive buffer is told, with the setting to change")
  func receiveBuffer() throws {
    let modest = try UDPSocket(listening: localV4, receiveBuffer: 100_000)
    #expect(modest.grantedReceiveBuffer == 100_000)
    #expect(modest.receiveBufferAdvice == nil)
    // Exceeds every limit: even with SO_RCVBUFFORCE the kernel stops at half of 2^31.
    let huge = try UDPSocket(listening: localV4, receiveBuffer: .max)
    #expect(huge.grantedReceiveBuffer < huge.requestedReceiveBuffer)
    let text = huge.receiveBufferAdvice
    let advice = try #require(text)
    #expect(advice.contains("\(huge.localEndpoint) is \(huge.grantedReceiveBuffer) bytes"))
    #expect(advice.contains("sysctl -w net.core.rmem_max="))
  }

  @Test("A descriptor that was passed in is received from, and closed with the receiver")
  func adopted() throws {
    let original = try UDPSocket(listening: localV4)
    let descriptor = dup(original.descriptor)
    let socket = Self.inode(descriptor)
    #expect(socket != nil)
    var sender = try UDPSender(from: localV4)
    try sender.send(pattern(77).rawSpan, to: original.localEndpoint)
    do {
      var receiver = try UDPReceiver()
      receiver.add(try UDPSocket(adopting: descriptor))
      #expect(receiver.localEndpoint(0) == original.localEndpoint)
      #expect(try takeDatagrams(1, from: &receiver).map(\.payload) == [pattern(77)])
      #expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC)
    }
    // The descriptor number may have been reused.
    #expect(Self.inode(descriptor) != socket)
  }

  /// Returns the inode of a descriptor; nil if it is closed.
  private static func inode(_ descriptor: Int32) -> UInt? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status.st_ino : nil
  }

  @Test("Drops that were counted before a restart are not counted again")
  func adoptedDrops() throws {
    let original = try UDPSocket(listening: localV4, receiveBuffer: 1)
    var sender = try UDPSender(from: localV4)
    for _ in 0..<300 { try sender.enqueue(pattern(400).rawSpan, to: original.localEndpoint) }
    try sender.flush()
    func drops(_ counted: UInt32) throws -> KernelDrops {
      var receiver = try UDPReceiver()
      receiver.add(try UDPSocket(adopting: dup(original.descriptor), receiveBuffer: 1, dropsCounted: counted))
      receiver.countKernelDrops()
      return receiver.kernelDrops(0)
    }
    let all = try drops(0)
    #expect(all.total > 0)
    #expect(try drops(all.last).total == 0)
    #expect(try drops(all.last - 2).total == 2)
  }

  @Test("A descriptor that is no UDP socket is refused and stays open")
  func notUDP() {
    let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let local = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    let null = unsafe open("/dev/null", O_RDONLY)
    for (descriptor, code) in [(stream, EPROTOTYPE), (local, EAFNOSUPPORT), (null, ENOTSOCK), (-1, EBADF)] {
      let error = Self.error { () throws(SocketError) in _ = try UDPSocket(adopting: descriptor) }
      #expect(error?.operation == .adopt)
      #expect(error?.code == code)
    }
    for descriptor in [stream, local, null] { #expect(close(descriptor) == 0) }
  }

  @Test("Datagrams that cannot be sent are errors that name where they were to go; the others go")
  func sendErrors() throws {
    var receiver = try UDPReceiverTests.receiver()
    let destination = receiver.localEndpoint(0)
    var sender = try UDPSender(from: localV4)
    let tooLong = Self.error { () throws(SocketError) in try sender.send(pattern(65_508).rawSpan, to: destination) }
    #expect(tooLong?.description == "cannot send to \(destination): Message too long")
    let farTooLong = Self.error { () throws(SocketError) in try sender.send(pattern(70_000).rawSpan, to: destination) }
    #expect(farTooLong?.code == EMSGSIZE)
    try sender.enqueue(pattern(1).rawSpan, to: destination)
    try sender.enqueue(pattern(65_508).rawSpan, to: destination)
    try sender.enqueue(pattern(2).rawSpan, to: destination)
    let amid = Self.error { () throws(SocketError) in try sender.flush() }
    #expect(amid?.endpoint == destination)
    #expect(amid?.code == EMSGSIZE)
    try sender.flush()
    #expect(try takeDatagrams(2, from: &receiver).map(\.payload) == [pattern(1), pattern(2)])
    let otherFamily = Self.error { () throws(SocketError) in try sender.send(pattern(1).rawSpan, to: localV6) }
    #expect(otherFamily?.operation == .send)
  }

  @Test("A port unreachable message is counted and does not end reception")
  func unreachable() throws {
    var peer = localV4
    do { peer = try UDPSocket(listening: localV4).localEndpoint }
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = peer.port.bigEndian
    address.sin_addr.s_addr = peer.address.v4.bigEndian
    let connected = unsafe withUnsafeBytes(of: &address) { octets in
      unsafe connect(descriptor, octets.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(octets.count))
    }
    #expect(connected == 0)
    var receiver = try UDPReceiver()
    receiver.add(try UDPSocket(adopting: descriptor))
    // Nothing listens on the peer's port: the reply is an ICMP message, which the next receive call returns.
    #expect(unsafe send(descriptor, "x", 1, 0) == 1)
    #expect(try receiver.receive(timeout: 2_000) == .nothing)
    #expect(receiver.counters(0).errors == 1)
    var sender = try UDPSender(from: peer)
    try sender.send(pattern(3).rawSpan, to: receiver.localEndpoint(0))
    #expect(try takeDatagrams(1, from: &receiver).map(\.payload) == [pattern(3)])
  }
}
