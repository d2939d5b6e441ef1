import Collector
import FlowModel
import FlowQuery
import Foundation
import HostNames
import Logging
import NetFlow
import NetworkBytes
import Parquet
import TestSupport
import Testing

/// The collector's HTTP side on a free port of 127.0.0.1, without a collector behind it.
enum TestServer {
  /// The source of responses.
  ///
  /// - Parameter names: nil disables host name lookups.
  static func source(names: ReverseNames? = nil) -> HTTPServer.Source {
    HTTPServer.Source(
      stalled: { [] }, notReady: { ["starting"] }, metrics: { "# metrics\n" },
      status: { Data(#"{"version":"1"}"#.utf8) },
      exporters: { Data(#"{"exporters":[]}"#.utf8) },
      sessions: {
        let exporter = Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 2055)
        var session = SessionSummary(key: SessionKey(exporter: exporter, version: 9, domain: 7))
        (session.templates, session.templateCount) = ([256, 300], 2)
        return [session]
      },
      templates: { sessions in
        let fields = [
          FieldSpecifier(FieldElement(.sourceIPv4Address), length: 4),
          FieldSpecifier(FieldElement(1, enterprise: 9), length: FieldSpecifier.variableLength),
        ]
        let definition = TemplateDefinition(id: 300, version: 9, kind: .flow, fields: fields)
        return Dictionary(sessions.map { ($0, [300: definition]) }) { first, _ in first }
      },
      description: APIDescription.json, names: { names },
      asset: { path in
        path == "/"
          ? StaticAsset(contentType: "text/html; charset=utf-8", octets: Array("<p>".utf8), etag: "\"1\"") : nil
      })
  }

  /// A server that listens until its task is cancelled.
  struct Running {
    let port: UInt16
    let task: Task<Void, Never>
  }

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - store: path of the store.
  ///   - own: the collector that writes there.
  ///   - names: nil disables host name lookups.
  ///   - timeout: limit for receiving a request.
  ///   - grace: how long responses in progress may take when the server stops.
  static func start(
    store: String, own: OwnCollector? = nil, hosts: [String] = [], tokenFile: String = "", names: ReverseNames? = nil,
    timeout: Duration = .seconds(30), grace: Duration = .seconds(2)
  ) async throws -> Running {
    let (ports, listening) = AsyncStream<UInt16>.makeStream()
    let server = HTTPServer(
      listen: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0), hosts: hosts, tokenFile: tokenFile,
      source: source(names: names), supply: FlowSupply(store) { own }, timeout: timeout, grace: grace,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { port in
      listening.yield(port)
    }
    let task = Task.detached { await server.run() }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else {
      task.cancel()
      throw CancellationError()
    }
    return Running(port: port, task: task)
  }

  /// Runs a server for the duration of `body`.
  static func run(
    store: String, own: OwnCollector? = nil, hosts: [String] = [], tokenFile: String = "", names: ReverseNames? = nil,
    _ body: (UInt16) async throws -> Void
  ) async throws {
    let server = try await start(store: store, own: own, hosts: hosts, tokenFile: tokenFile, names: names)
    defer { server.task.cancel() }
    try await body(server.port)
  }

  /// 2026-01-01T00:00:00Z, milliseconds since 1970 UTC.
  static let newYear: Int64 = 1_767_225_600_000

  /// Returns a store of four flows of 2026-01-01: 100, 200, 300 and 400 octets, from 10.0.0.1 to 10.0.0.4, a minute
  /// each.
  static func store(in folder: TemporaryFolder) throws -> String {
    let directory = folder.file("date=2026-01-01/hour=00")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let schema = try ParquetSchema([
      ParquetColumn("time_start", .timestampMilliseconds), ParquetColumn("time_end", .timestampMilliseconds),
      ParquetColumn("src_addr", .string), ParquetColumn("dst_addr", .string), ParquetColumn("bytes", .uint64),
      ParquetColumn("packets", .uint64), ParquetColumn("proto", .uint8),
    ])
    var writer = try ParquetWriter(path: "\(directory)/flows-1.parquet", schema: schema)
    try writer.beginRowGroup(rowCount: 4)
    let starts = (0..<4).map { newYear + Int64($0) * 600_000 }
    let ends = starts.map { $0 + 59_999 }
    for times in [starts, ends] { try writer.write(int64: times.span) }
    for side in ["10.0.0", "192.0.2"] {
      var dictionary = StringDictionary()
      let indices = (1...4).map { dictionary.append("\(side).\($0)") }
      try writer.write(indices: indices.span, dictionary: dictionary)
    }
    let (octets, packets, protocols): ([UInt64], [UInt64], [UInt32]) = (
      [100, 200, 300, 400], [1, 2, 3, 4], [6, 6, 17, 17]
    )
    for counters in [octets, packets] { try writer.write(uint64: counters.span) }
    try writer.write(uint32: protocols.span)
    try writer.endRowGroup()
    try writer.finish(metadata: [])
    try writer.close()
    return folder.path
  }

  /// Returns a JSON object.
  static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// Returns the error object of a response.
  static func error(_ answer: HTTPAnswer) throws -> [String: Any] {
    #expect(answer.headers["content-type"] == "application/json", "\(answer)")
    return try #require(try object(answer.body)["error"] as? [String: Any])
  }
}
