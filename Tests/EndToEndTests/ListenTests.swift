import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("addresses that collect listens on", .tags(.network), .unlessFast)
struct ListenTests {
  private static let hasIPv6 =
    (try? LoopbackSocket(from: Endpoint(address: IPAddress(high: 0, low: 1), port: 0))) != nil

  private func send(_ address: IPAddress, _ port: UInt16) throws {
    let socket = try LoopbackSocket(from: Endpoint(address: address, port: 0))
    let message = ExportMessage.v5([ExportedFlow()], at: Int64(Date().timeIntervalSince1970 * 1000))
    try socket.send(message, to: Endpoint(address: address, port: port))
  }

  @Test(
    "[::] receives IPv4, too, alone and beside an address of IPv4 on its port; exporters show as what they are",
    .enabled(if: hasIPv6, "no IPv6"), arguments: [[], ["0.0.0.0"], ["127.0.0.1"]])
  func bothFamilies(others: [String]) async throws {
    let folder = try TemporaryFolder()
    let port = try LoopbackSocket.freePort()
    let listen = (["[::]"] + others).map { "\($0):\(port)" }
    let collector = try RunningProgram(
      Sagflow.path,
      ["collect", "--drain", "--workers", "2", "-o", folder.path + "/flows"] + listen.flatMap { ["--listen", $0] },
      environment: ["SAGFLOW_HTTP_ENABLED": "false"])
    try await collector.says("listening on \(listen.joined(separator: ", ")) with ")
    try await collector.says("[::]:\(port) \(others.isEmpty ? "also receives IPv4" : "receives IPv6 only")")
    try send(IPAddress(v4: 0x7f00_0001), port)
    try send(IPAddress(high: 0, low: 1), port)
    try await pause(1)
    collector.signal(SIGTERM)
    let ledger = try PrintedLedger(try await collector.end().errors)
    #expect(ledger["datagrams decoded"] == 2)
    #expect(ledger.text.contains("\n127.0.0.1:"), "\(ledger.text)")
    #expect(ledger.text.contains("\n[::1]:"), "\(ledger.text)")
  }

  @Test(
    "an interface that is not there, and addresses that one hears already, are one line",
    arguments: [
      (["[fe80::1%no-such-if]:9995"], 69, "cannot listen on [fe80::1%no-such-if]:9995"),
      (["0.0.0.0:9995", "127.0.0.1:9995"], 64, "0.0.0.0:9995 already covers 127.0.0.1:9995"),
      (["[2001:db8::1%lo]:9995"], 64, "expected ADDRESS:PORT"),
    ])
  func refused(listen: [String], status: Int32, words: String) async throws {
    let folder = try TemporaryFolder()
    let outcome = try await Sagflow.run(
      ["collect", "-o", folder.path + "/flows"] + listen.flatMap { ["--listen", $0] })
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }
}
