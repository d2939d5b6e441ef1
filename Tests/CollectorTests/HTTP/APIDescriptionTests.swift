import Collector
import FlowQuery
import Foundation
import Logging
import NetFlow
import NetworkBytes
import Testing

@Suite("openapi.json describes the API as it is")
struct APIDescriptionTests {
  private static func document() throws -> [String: Any] {
    let data = try Data(contentsOf: PackageFiles.root.appendingPathComponent("Sources/Collector/HTTP/API/openapi.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static let server = HTTPServer(
    listen: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0), source: TestServer.source(),
    supply: FlowSupply("") { nil }, logger: Logger(label: "test"))

  /// Returns the target of a reference, or the value itself.
  private static func resolved(_ value: Any?, _ document: [String: Any]) throws -> [String: Any] {
    let object = try #require(value as? [String: Any])
    guard let reference = object["$ref"] as? String else { return object }
    var target: Any = document
    for part in reference.split(separator: "/").dropFirst() {
      target = try #require((target as? [String: Any])?[String(part)], "\(reference)")
    }
    return try #require(target as? [String: Any])
  }

  @Test("it is what the program has in it")
  func embedded() throws {
    let text = try PackageFiles.text("Sources/Collector/HTTP/API/openapi.json")
    #expect(APIDescription.json == Array(text.utf8))
  }

  @Test("its paths are the routes, and their parameters those that are taken")
  func routes() throws {
    let document = try Self.document()
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    let routes = Self.server.paths
    #expect(Set(paths.keys) == Set(routes.keys))
    for (path, item) in paths {
      #expect(Array(item.keys) == ["get"], "\(path)")
      let operation = try #require(item["get"] as? [String: Any])
      let listed = try (operation["parameters"] as? [Any] ?? []).map { try Self.resolved($0, document) }
      #expect(listed.allSatisfy { $0["in"] as? String == "query" && $0["schema"] is [String: Any] })
      let names = listed.compactMap { $0["name"] as? String }
      let taken = routes[path].flatMap { $0 } ?? []
      #expect(names.sorted() == taken.sorted(), "\(path)")
    }
  }

  @Test("each answer that can come is described, and every reference leads somewhere")
  func answers() throws {
    let document = try Self.document()
    for (path, item) in try #require(document["paths"] as? [String: [String: Any]]) {
      let operation = try #require(item["get"] as? [String: Any])
      let responses = try #require(operation["responses"] as? [String: Any])
      let isOpen = (operation["security"] as? [Any])?.isEmpty == true
      let waits = ["top", "series", "flows", "names"].contains { path.hasPrefix("/api/v1/\($0)") }
      var expected: Set = ["200", "400", "413", "431"]
      if !isOpen { expected.insert("401") }
      if path != "/healthz" && path != "/readyz" { expected.insert("403") }
      if waits { expected.formUnion(["429", "503", "504"]) }
      #expect(expected.isSubset(of: Set(responses.keys)), "\(path)")
      for response in responses.values {
        #expect(try Self.resolved(response, document)["description"] is String, "\(path)")
      }
    }
    try checkReferences(document, document)
  }

  private func checkReferences(_ value: Any, _ document: [String: Any]) throws {
    if let object = value as? [String: Any] {
      if object["$ref"] is String { _ = try Self.resolved(object, document) }
      for member in object.values { try checkReferences(member, document) }
    } else if let array = value as? [Any] {
      for element in array { try checkReferences(element, document) }
    }
  }

  @Test("its words are those of the types that are asked by")
  func words() throws {
    let document = try Self.document()
    func words(_ path: String, _ name: String) throws -> [String] {
      let item = try #require((document["paths"] as? [String: [String: Any]])?[path]?["get"] as? [String: Any])
      let listed = try (item["parameters"] as? [Any] ?? []).map { try Self.resolved($0, document) }
      let parameter = try #require(listed.first { $0["name"] as? String == name })
      return try #require((parameter["schema"] as? [String: Any])?["enum"] as? [String])
    }
    #expect(try words("/api/v1/top", "sort") == Statistic.allCases.map(\.rawValue))
    #expect(try words("/api/v1/flows", "sort") == RowOrder.allCases.map(\.rawValue))
    #expect(try words("/api/v1/series", "bin_by") == BinRule.allCases.map(\.rawValue))
    let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
    let session = try #require(schemas["Session"]?["properties"] as? [String: [String: Any]])
    let sampling = try #require(session["sampling"]?["properties"] as? [String: [String: Any]])
    #expect(sampling["source"]?["enum"] as? [String] == SessionSummary.Sampling.Source.allCases.map(\.rawValue))
  }
}
