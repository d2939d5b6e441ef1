import Dispatch
import Foundation
import HostNames
import NetworkBytes
import Synchronization
import TestSupport
import Testing

@Suite("The API answers with names of hosts", .tags(.network), .unlessFast)
struct NameAnswerTests {
  /// A resolver that records its lookups.
  private final class Resolver: Sendable {
    private let seen = Mutex<[IPAddress]>([])
    private let name: @Sendable (IPAddress) -> String?

    init(_ name: @escaping @Sendable (IPAddress) -> String?) {
      self.name = name
    }

    var asked: [IPAddress] { seen.withLock { $0 } }

    func names(wait: Double = 600) -> ReverseNames {
      ReverseNames(wait: wait, lifetime: 3600) { address in
        self.seen.withLock { $0.append(address) }
        return self.name(address)
      }
    }
  }

  private static func address(_ last: UInt32) -> IPAddress { IPAddress(v4: 0x0a00_0000 + last) }

  private static func names(_ addresses: String, from port: UInt16) async throws -> [String: Any] {
    let answer = try await HTTPAnswer.get("/api/v1/names?addresses=\(addresses)", from: port)
    #expect(answer.status == 200, "\(answer.body)")
    #expect(answer.headers["content-type"] == "application/json")
    return try #require(try TestServer.object(answer.body)["names"] as? [String: Any])
  }

  @Test("names are looked up once for all who ask, that there is none is remembered too, and a name may be any text")
  func answers() async throws {
    let hostile = "<script>alert(1)</script>\u{1b}[2J\", \u{202e}"
    let resolver = Resolver { address in
      switch address {
      case Self.address(1): "host.example"
      case Self.address(3): hostile
      case IPAddress(high: 0x2001_0db8 << 32, low: 1): "six.example"
      default: nil
      }
    }
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path, names: resolver.names()) { port in
      let names = try await Self.names("10.0.0.1,10.0.0.2,10.0.0.3,2001:DB8:0::1,10.0.0.1,::", from: port)
      #expect(Set(names.keys) == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::1", "::"])
      #expect(names["10.0.0.1"] as? String == "host.example")
      #expect(names["10.0.0.2"] is NSNull)
      #expect(names["10.0.0.3"] as? String == hostile)
      #expect(names["2001:db8::1"] as? String == "six.example")
      #expect(names["::"] is NSNull)
      let again = try await Self.names("10.0.0.2,10.0.0.1", from: port)
      #expect(again["10.0.0.1"] as? String == "host.example")
      #expect(again["10.0.0.2"] is NSNull)
      #expect(resolver.asked.count == 4)
    }
  }

  @Test("while a resolver is slow, other questions are answered", .timeLimit(.minutes(10)))
  func slow() async throws {
    let gate = DispatchSemaphore(value: 0)
    let resolver = Resolver { _ in
      gate.wait()
      return "late.example"
    }
    let folder = try TemporaryFolder()
    let store = try TestServer.store(in: folder)
    try await TestServer.run(store: store, names: resolver.names()) { port in
      let waiting = Task { try await Self.names("10.0.0.1", from: port)["10.0.0.1"] as? String }
      try await eventually("a lookup") { !resolver.asked.isEmpty }
      for path in ["/healthz", "/api/v1/fields", "/api/v1/top?window=2026-01-01", "/api/v1/flows?window=2026-01-01"] {
        #expect(try await HTTPAnswer.get(path, from: port).status == 200, "\(path)")
      }
      gate.signal()
      #expect(try await waiting.value == "late.example")
    }
  }

  @Test("an answer does not wait for a name that comes late; a later one has it")
  func late() async throws {
    let gate = DispatchSemaphore(value: 0)
    let resolver = Resolver { _ in
      gate.wait()
      return "late.example"
    }
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path, names: resolver.names(wait: 0.05)) { port in
      #expect(try await Self.names("10.0.0.1", from: port).isEmpty)
      gate.signal()
      try await eventually("the name") { try await Self.names("10.0.0.1", from: port)["10.0.0.1"] != nil }
      #expect(resolver.asked == [Self.address(1)])
    }
  }

  @Test("what is not a list of at most 200 addresses is refused, and nothing is looked up")
  func refused() async throws {
    let resolver = Resolver { _ in "x" }
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path, names: resolver.names()) { port in
      let many = (0..<201).map { "\(Self.address(UInt32($0)))" }
      for addresses in ["", "host.example", "10.0.0.1,", "10.0.0.0/8", "10.0.0.256", many.joined(separator: ",")] {
        let answer = try await HTTPAnswer.get("/api/v1/names?addresses=\(addresses)", from: port)
        #expect(answer.status == 400, "\(addresses)")
        #expect(try TestServer.error(answer)["parameter"] as? String == "addresses", "\(addresses)")
      }
      #expect(try await HTTPAnswer.get("/api/v1/names", from: port).status == 400)
      #expect(resolver.asked.isEmpty)
      #expect(try await Self.names(many.dropLast().joined(separator: ","), from: port).count == 200)
    }
  }

  @Test("without http.resolve there are none, and with a token only for those who have it")
  func allowed() async throws {
    let path = "/api/v1/names?addresses=10.0.0.1"
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path) { port in
      let answer = try await HTTPAnswer.get(path, from: port)
      #expect(answer.status == 404)
      #expect((try TestServer.error(answer)["message"] as? String)?.contains("http.resolve") == true)
      #expect(
        try TestServer.object(try await HTTPAnswer.get("/api/v1/fields", from: port).body)["answersNames"] as? Bool
          == false)
    }
    let token = "0123456789abcdef0123"
    let file = try folder.write(token, as: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let resolver = Resolver { _ in "x" }
    try await TestServer.run(store: folder.path, tokenFile: file, names: resolver.names()) { port in
      #expect(try await HTTPAnswer.get(path, from: port).status == 401)
      #expect(try await HTTPAnswer.get(path, from: port, host: "evil.example").status == 403)
      #expect(resolver.asked.isEmpty)
      let right = ["Authorization: Bearer \(token)"]
      #expect(try await HTTPAnswer.get(path, from: port, headers: right).status == 200)
      let fields = try await HTTPAnswer.get("/api/v1/fields", from: port, headers: right)
      #expect(try TestServer.object(fields.body)["answersNames"] as? Bool == true)
    }
  }
}
