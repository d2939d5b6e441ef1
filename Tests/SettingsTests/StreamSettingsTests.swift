import Settings
import Testing

@Suite("Settings of connections")
struct StreamSettingsTests {
  @Test("an address is UDP's unless its scheme says otherwise")
  func schemes() throws {
    let values = try load(
      "listen: [\"10.0.0.1:9995\", \"udp://10.0.0.1:9996\", \"TCP://[::]:4739\", \"tcp://[fe80::1%eth0]:4740\"]"
    ).values
    #expect(values.listen.map(\.transport) == [.udp, .udp, .tcp, .tcp])
    #expect(
      values.listen.map(\.description) == [
        "10.0.0.1:9995", "10.0.0.1:9996", "tcp://[::]:4739", "tcp://[fe80::1%eth0]:4740",
      ])
    #expect(values.datagramEndpoints.count == 2)
    #expect(values.streamListeners.count == 2)
  }

  @Test(
    "what TLS needs is asked for, and ports of one kind do not overlap; UDP and TCP ports do not meet",
    arguments: [
      ("listen: [\"tls://127.0.0.1:4740\"]", "tls://127.0.0.1:4740 needs tls.certificate and tls.key"),
      ("listen: [\"tls://127.0.0.1:4740\"]\ntls: {certificate: a.pem}", "needs tls.key"),
      (
        "listen: [\"tls://127.0.0.1:4740\"]\ntls: {certificate: a.pem, key: a.key, clientNames: [a]}",
        "set tls.clientCa"
      ),
      ("listen: [\"tcp://0.0.0.0:4739\", \"tcp://10.0.0.1:4739\"]", "already covers tcp://10.0.0.1:4739"),
      (
        "listen: [\"tcp://10.0.0.1:4739\", \"tls://10.0.0.1:4739\"]\ntls: {certificate: a.pem, key: a.key}",
        "give one of them another port"
      ),
      ("listen: [\"0.0.0.0:4739\", \"tcp://10.0.0.1:4739\"]", nil),
      ("listen: [\"tls://127.0.0.1:4740\"]\ntls: {certificate: a.pem, key: a.key}", nil),
    ] as [(String, String?)])
  func agreement(_ text: String, _ problem: String?) {
    do {
      _ = try load(text)
      #expect(problem == nil)
    } catch {
      #expect(problem.map { "\(error)".contains($0) } == true, "\(error)")
    }
  }
}
