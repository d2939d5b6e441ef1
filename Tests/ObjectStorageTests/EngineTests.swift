import CloudAPI
import Foundation
import Logging
import Shipping
import Synchronization
import TestSupport
import Testing

import ObjectStorage

/// The Python environment installed by `make test-engines`, which no other target needs.
private let enginesPython = ProcessInfo.processInfo.environment["ENGINES_PYTHON"].flatMap { Tool($0) }

@Suite(
  "objects in a real server, and what other programs read there", .tags(.engine, .network, .slow), .unlessFast,
  .serialized, .enabled(if: enginesPython != nil, "make test-engines runs these"))
struct EngineTests {
  private static let script =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("lake.py").path

  private static func python(_ arguments: [String]) async throws {
    let outcome = try await #require(enginesPython).outcome([script] + arguments)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
  }

  /// Returns the files of a folder, as listed by a store.
  private static func files(_ folder: String) throws -> [CommittedFile] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try names.filter { $0.hasSuffix(".parquet") }.sorted().map { name in
      let path = "\(folder)/\(name)"
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0
      return CommittedFile(name: name, path: path, octets: size)
    }
  }

  @Test(
    "SeaweedFS has each file once, whole or in parts, through stops and kills, and pyarrow reads what DuckDB reads here"
  )
  func seaweed() async throws {
    let folder = try TemporaryFolder()
    let store = folder.file("store")
    try await Self.python(["make", store])
    let server = try await SeaweedServer(folder)
    try await server.createBucket()
    let lines = try await server.destination().test()
    #expect(lines.contains { $0.contains("refused, as it should be") }, "\(lines)")
    #expect(lines.contains { $0.contains("checksum are right") }, "\(lines)")
    let files = try Self.files(store)
    #expect(files.count == 12)
    for (index, file) in files.enumerated() {
      let destination = try server.destination()
      let task = Task { try await destination.ship(file) }
      // Cancels at a random moment.
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...60)))
      if index % 3 == 0 { task.cancel() }
      if index == 5 { try await server.restart() }
      _ = await task.result
    }
    for _ in 0..<2 {
      for file in files { try await server.ship(file) }
    }
    try await Self.python([
      "compare", server.endpoint, SeaweedServer.bucket, "flows/", SeaweedServer.key, SeaweedServer.secret, store,
    ])
    let listed = try await server.destination().client.call(ObjectRequest(method: "GET", query: ["uploads": ""]))
    #expect(listed.xml?.children.contains { $0.name == "Upload" } == false)
    // Another object of the same name is never overwritten.
    var other = files[1]
    other.path = files[2].path
    other.octets = files[2].octets
    #expect(await failure(try server.destination(), other)?.remedy == .setAside)
  }

  @Test("SeaweedFS refuses wrong credentials, and that is waited for")
  func credentials() async throws {
    let folder = try TemporaryFolder()
    let server = try await SeaweedServer(folder)
    try await server.createBucket()
    let sample = try SampleFile(1000)
    for (key, secret) in [(SeaweedServer.key, "wrong"), ("nobody", SeaweedServer.secret)] {
      let failure = await failure(try server.destination(key: key, secret: secret), sample.file)
      #expect(failure?.remedy == .wait, "\(String(describing: failure))")
    }
    try await server.ship(sample.file)
  }

  @Test("what OSS's own SDK has put is taken for the same file, and its signature for right")
  func sdk() async throws {
    try await ObjectStoreStub.run(.oss) { stub in
      let sample = try SampleFile(50_000)
      try await Self.python([
        "put", stub.endpoint, ObjectStoreStub.bucket, SampleFile.key, sample.file.path, ObjectStoreStub.accessKeyID,
        ObjectStoreStub.accessKeySecret,
      ])
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      try await stub.destination().ship(sample.file)
      #expect(stub.operations == [.put, .head])
    }
  }
}

/// SeaweedFS with its S3 interface, which verifies signatures.
private final class SeaweedServer: Sendable {
  static let (key, secret, bucket) = ("SEAWEEDKEY", "SEAWEEDSECRET", "lake")

  let endpoint: String
  private let program: String
  private let arguments: [String]
  private let process = Mutex<ChildProcess?>(nil)

  init(_ folder: TemporaryFolder) async throws {
    let python = try #require(enginesPython).path
    program = URL(fileURLWithPath: python).deletingLastPathComponent().appendingPathComponent("weed").path
    let identities = try folder.write(
      """
      {"identities": [{"name": "flows", "actions": ["Admin", "Read", "Write", "List"],
        "credentials": [{"accessKey": "\(Self.key)", "secretKey": "\(Self.secret)"}]}]}
      """, as: "identities.json")
    let data = folder.file("data")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    let ports = try (0..<4).map { _ in try LoopbackSocket.freePort() }
    endpoint = "http://127.0.0.1:\(ports[0])"
    // Each server has a second port for gRPC, set explicitly because the default could exceed 65535.
    let seconds = try (0..<4).map { _ in try LoopbackSocket.freePort() }
    arguments = [
      "server", "-ip=127.0.0.1", "-dir=\(data)", "-filer", "-s3", "-s3.config=\(identities)",
      "-s3.port=\(ports[0])", "-s3.port.grpc=\(seconds[0])", "-master.port=\(ports[1])",
      "-master.port.grpc=\(seconds[1])", "-volume.port=\(ports[2])", "-volume.port.grpc=\(seconds[2])",
      "-filer.port=\(ports[3])", "-filer.port.grpc=\(seconds[3])", "-master.volumeSizeLimitMB=64",
      "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
    ]
    try start()
  }

  private func start() throws {
    let started = try ChildProcess(program, arguments)
    process.withLock { $0 = started }
  }

  /// Kills and restarts the server.
  func restart() async throws {
    let running = process.withLock { $0 }
    running?.signal(SIGKILL)
    await running?.end()
    try start()
  }

  func destination(key: String = SeaweedServer.key, secret: String = SeaweedServer.secret) throws -> ObjectDestination {
    var options = ObjectStorageOptions()
    (options.endpoint, options.bucket, options.prefix) = (endpoint, Self.bucket, "flows/")
    options.timeout = 30
    // The minimum part length, except for the last part.
    options.partLength = 5 << 20
    return ObjectDestination(
      unchecked: options, at: try ObjectLocation(options),
      credentials: Credentials(accessKeyID: key, accessKeySecret: secret, source: ""),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Creates the bucket once the server responds.
  func createBucket() async throws {
    let client = try destination().client
    try await Self.eventually { try await client.call(ObjectRequest(method: "PUT")) }
  }

  /// Ships like the collector: repeats until the object exists.
  func ship(_ file: CommittedFile) async throws {
    let destination = try destination()
    try await Self.eventually { try await destination.ship(file) }
  }

  private static func eventually(_ body: () async throws -> Void) async throws {
    for _ in 0..<600 {
      do { return try await body() } catch let failure as ShippingFailure where failure.remedy != .retry {
        throw failure
      } catch {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    try await body()
  }
}
