import Collector
import Foundation
import TestSupport
import Testing

@Suite("Who may ask the HTTP side", .tags(.network), .unlessFast)
struct AccessTests {
  private static let token = "0123456789abcdef0123"

  private static func tokenFile(_ folder: TemporaryFolder, _ text: String = "\(token)\nmore", mode: Int = 0o600) throws
    -> String
  {
    let path = try folder.write(text, as: "token-\(UUID().uuidString)")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  @Test("with a token, data need it; health, the page and the description do not")
  func token() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path, tokenFile: try Self.tokenFile(folder)) { port in
      let right = ["Authorization: Bearer \(Self.token)"]
      for path in ["/metrics", "/api/v1/status", "/api/v1/top", "/api/v1/fields", "/api/v1/flows.csv"] {
        let without = try await HTTPAnswer.get(path, from: port)
        #expect(without.status == 401, "\(path)")
        #expect(without.headers["www-authenticate"] == "Bearer")
        #expect(try TestServer.error(without)["message"] is String)
        for wrong in [
          "Bearer \(Self.token)4", "Bearer \(Self.token.dropLast())", "Bearer", "Basic \(Self.token)", "Bearer a b",
          "Bearer 1123456789abcdef0123",
        ] {
          #expect(
            try await HTTPAnswer.get(path, from: port, headers: ["Authorization: \(wrong)"]).status == 401, "\(wrong)")
        }
        #expect(try await HTTPAnswer.get(path, from: port, headers: right).status == 200, "\(path)")
      }
      for (path, status) in [("/", 200), ("/healthz", 200), ("/readyz", 503), ("/api/v1/openapi.json", 200)] {
        #expect(try await HTTPAnswer.get(path, from: port).status == status, "\(path)")
      }
      // Without the token, errors in a query are not reported.
      #expect(try await HTTPAnswer.get("/api/v1/top?x=1", from: port).status == 401)
    }
  }

  @Test("a name that is not the collector's is refused, whatever is asked for but health")
  func hosts() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path, hosts: ["Flows.example.com"]) { port in
      let own = ProcessInfo.processInfo.hostName
      for host in [
        "127.0.0.1:\(port)", "localhost", "LOCALHOST:1", "[::1]:80", "flows.example.com", "flows.example.com.:443", own,
      ] {
        #expect(try await HTTPAnswer.get("/api/v1/fields", from: port, host: host).status == 200, "\(host)")
      }
      for host in [
        "evil.example", "flows.example.com.evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
      ] {
        for path in ["/", "/metrics", "/api/v1/fields", "/nothing"] {
          let answer = try await HTTPAnswer.get(path, from: port, host: host)
          #expect(answer.status == 403, "\(host)\(path)")
          #expect((try TestServer.error(answer)["message"] as? String)?.contains("http.hosts") == true)
        }
        #expect(try await HTTPAnswer.get("/healthz", from: port, host: host).status == 200)
      }
      #expect(try await HTTPAnswer.get("/api/v1/fields", from: port, host: nil).status == 200)
    }
  }

  @Test("a token is the first line of a file that others cannot read")
  func files() throws {
    let folder = try TemporaryFolder()
    _ = try AccessToken(file: try Self.tokenFile(folder))
    let shared = try Self.tokenFile(folder, mode: 0o640)
    _ = try AccessToken(file: shared)
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: shared)
    _ = try AccessToken(file: folder.file("link"))
    for (text, words) in [
      ("", "not a token"), ("short\n", "not a token"), ("with blanks in it, and long\n", "not a token"),
    ] {
      let failure = #expect(throws: AccessToken.Failure.self) {
        _ = try AccessToken(file: try Self.tokenFile(folder, text))
      }
      #expect(failure?.description.contains(words) == true)
    }
    let open = #expect(throws: AccessToken.Failure.self) {
      _ = try AccessToken(file: try Self.tokenFile(folder, mode: 0o604))
    }
    #expect(open?.description.contains("other users may read it") == true)
    let missing = #expect(throws: AccessToken.Failure.self) { _ = try AccessToken(file: folder.file("none")) }
    #expect(missing?.description.contains("http.tokenFile") == true)
  }
}
