import FlowFilter
import NetworkBytes
import Settings
import Testing

@Suite("Settings of the relay")
struct RelaySettingsTests {
  @Test("targets and exporters are addresses and networks, in their order")
  func values() throws {
    let relay = try load(
      "relay: {targets: [\"[2001:db8::1]:4739\", 192.0.2.1:2055], exporters: [10/8, \"2001:db8::/32\", 192.0.2.9]}\n"
    ).values.relay
    #expect(relay.targets.map(\.description) == ["[2001:db8::1]:4739", "192.0.2.1:2055"])
    #expect(relay.exporters == ["10.0.0.0/8", "2001:db8::/32", "192.0.2.9"].compactMap { Network($0) })
    #expect(CollectorConfiguration().relay.targets.isEmpty)
  }

  @Test(
    "what nobody can be reached at is no target",
    arguments: ["192.0.2.1", "192.0.2.1:0", "0.0.0.0:9995", "[::]:9995", "[fe80::1]:9995", "collector:9995"])
  func badTarget(text: String) throws {
    let found = try complaints("relay: {targets: [\"\(text)\"]}\n")
    #expect(found.count == 1)
    #expect(found.first?.contains("relay.targets: expected ADDRESS:PORT") == true, "\(found)")
  }

  @Test(
    "a target that the collector listens on is refused",
    arguments: [
      ("192.0.2.1:9995", "192.0.2.1:9995"), ("0.0.0.0:9995", "127.0.0.1:9995"), ("[::]:9995", "127.0.0.1:9995"),
      ("[::]:9995", "[::1]:9995"),
    ])
  func loop(listen: String, target: String) throws {
    let found = try complaints("listen: [\"\(listen)\"]\nrelay: {targets: [\"\(target)\"]}\n")
    let problem = "\(target) is this collector itself, which listens on \(listen); name another one"
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix(": \(problem)") == true, "\(found)")
  }

  @Test(
    "another port, another address and the other family are no loop",
    arguments: [
      ("192.0.2.1:9995", "192.0.2.1:9996"), ("192.0.2.1:9995", "192.0.2.2:9995"), ("0.0.0.0:9995", "[::1]:9995"),
      ("0.0.0.0:9995", "192.0.2.1:9995"),
    ])
  func noLoop(listen: String, target: String) throws {
    #expect(try complaints("listen: [\"\(listen)\"]\nrelay: {targets: [\"\(target)\"]}\n") == [])
  }

  @Test("at the start all addresses of the host are known to be its own")
  func ownAddress() throws {
    let relay = try load("relay: {targets: [192.0.2.1:9995]}\n").values.relay
    let listening = [Endpoint(address: IPAddress(v4: 0), port: 9995)]
    #expect(relay.loop(to: listening) { _ in true }?.listening == listening[0])
    #expect(relay.loop(to: listening) { _ in false } == nil)
  }
}
