import CloudAPI
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

import ObjectStorage

@Suite("Credentials for Amazon's services: sources, order, mistakes", .tags(.network), .unlessFast)
struct CredentialTests {
  private static let keys = "[default]\naws_access_key_id = FILEKEY\naws_secret_access_key = FILE-VERYSECRET\n"

  /// Returns a chain with its own home directory, without the instance metadata services.
  private static func chain(_ folder: TemporaryFolder, _ environment: [String: String]) -> AmazonCredentialChain {
    let nowhere = ["AWS_EC2_METADATA_DISABLED": "true"]
    return AmazonCredentialChain(
      CredentialContext(environment: nowhere.merging(environment) { $1 }, homeDirectory: folder.path))
  }

  private static func write(_ text: String, _ folder: TemporaryFolder, _ name: String) throws {
    try FileManager.default.createDirectory(atPath: folder.file(".aws"), withIntermediateDirectories: true)
    let path = try folder.write(text, as: ".aws/\(name)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  private static func problem(_ chain: AmazonCredentialChain) async -> String {
    do throws(CredentialError) {
      let found = try await chain.credentials()
      return "NO PROBLEM: \(String(describing: found))"
    } catch {
      return error.description
    }
  }

  @Test("the environment is before the profile, and half of it is a mistake")
  func environment() async throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.keys, folder, "credentials")
    let both = ["AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "ENV-VERYSECRET", "AWS_SESSION_TOKEN": "TOKEN"]
    let found = try #require(try await Self.chain(folder, both).credentials())
    #expect((found.accessKeyID, found.accessKeySecret, found.securityToken) == ("ENVKEY", "ENV-VERYSECRET", "TOKEN"))
    #expect(!"\(found)".contains("VERYSECRET"))
    let half = await Self.problem(Self.chain(folder, ["AWS_ACCESS_KEY_ID": "ENVKEY"]))
    #expect(half.contains("AWS_SECRET_ACCESS_KEY"))
  }

  @Test("profiles are read from both files, by name, and from files that variables name")
  func profiles() async throws {
    let folder = try TemporaryFolder()
    try Self.write(
      Self.keys + "[b]\naws_access_key_id=B\naws_secret_access_key=S=+/\naws_session_token=T\n", folder, "credentials")
    try Self.write("[profile c]\naws_access_key_id = C\naws_secret_access_key = S\n", folder, "config")
    for (name, key) in [("", "FILEKEY"), ("b", "B"), ("c", "C")] {
      #expect(try await Self.chain(folder, ["AWS_PROFILE": name]).credentials()?.accessKeyID == key)
    }
    let second = try #require(try await Self.chain(folder, ["AWS_PROFILE": "b"]).credentials())
    #expect((second.accessKeySecret, second.securityToken) == ("S=+/", "T"))
    let other = try folder.write("[default]\naws_access_key_id=O\naws_secret_access_key=S\n", as: "other")
    let named = try await Self.chain(folder, ["AWS_SHARED_CREDENTIALS_FILE": other]).credentials()
    #expect(named?.accessKeyID == "O")
  }

  @Test("the output's own file and profile are before the environment")
  func options() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("[lake]\naws_access_key_id=L\naws_secret_access_key=S\n", as: "lake.ini")
    var options = ObjectStorageOptions()
    (options.credentialsFile, options.profile) = (file, "lake")
    let environment = ["AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "S"]
    let source = options.credentials(environment: environment, homeDirectory: folder.path)
    #expect(try await source.credentials()?.accessKeyID == "L")
    options.service = .oss
    options.credentialsFile = try folder.write("[lake]\naccess_key_id=OSS\naccess_key_secret=S\n", as: "oss.ini")
    let cloud = ["ALIBABA_CLOUD_ACCESS_KEY_ID": "ENVKEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "S"]
    let other = options.credentials(environment: cloud, homeDirectory: folder.path)
    #expect(try await other.credentials()?.accessKeyID == "OSS")
  }

  struct Mistake: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var environment: [String: String] = [:]
    var file: String?
    var words: [String]
  }

  @Test(
    "what is set up and does not work is named, without secrets",
    arguments: [
      Mistake(testDescription: "nothing at all", words: ["none found", "AWS_ACCESS_KEY_ID", "aws configure"]),
      Mistake(
        testDescription: "a profile without files", environment: ["AWS_PROFILE": "x"], words: ["'x'", "no ~/.aws"]),
      Mistake(
        testDescription: "a profile that is not there", environment: ["AWS_PROFILE": "x\u{1b}"], file: keys,
        words: ["'x\\u{1b}'", "has no keys"]),
      Mistake(
        testDescription: "a file that is not there", environment: ["AWS_SHARED_CREDENTIALS_FILE": "/no/such"],
        words: ["AWS_SHARED_CREDENTIALS_FILE", "/no/such", "no such file"]),
      Mistake(
        testDescription: "half of the keys", file: "[default]\naws_access_key_id = A\n",
        words: ["aws_secret_access_key"]),
      Mistake(
        testDescription: "a role", file: "[default]\nrole_arn = arn:x\n", words: ["role_arn", "not supported"]),
      Mistake(
        testDescription: "a plain address of another host",
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/x"], words: ["192.0.2.1", "https://"]),
      Mistake(
        testDescription: "a container's endpoint where nothing listens",
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/VERYSECRET"],
        words: ["the container's role", "cannot connect"]),
      Mistake(
        testDescription: "a token that cannot be read",
        environment: [
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
          "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/no/such",
        ], words: ["cannot open /no/such", "No such file"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    let folder = try TemporaryFolder()
    if let file = mistake.file { try Self.write(file, folder, "credentials") }
    let text = await Self.problem(Self.chain(folder, mistake.environment))
    for word in mistake.words { #expect(text.contains(word), "\(text)") }
    #expect(!text.contains("VERYSECRET") && !text.contains("\n"))
  }

  @Test("a file that others can read gets a warning")
  func permissions() async throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.keys, folder, "credentials")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.file(".aws/credentials"))
    let warnings = try await Self.chain(folder, [:]).credentials()?.warnings ?? []
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("chmod 600") == true)
  }

  // MARK: Roles

  private static let answer = """
    {"Code":"Success","AccessKeyId":"ROLEKEY","SecretAccessKey":"ROLE-VERYSECRET","Token":"ROLETOKEN",
    "Expiration":"2099-01-01T00:00:00Z"}
    """

  @Test("the instance's role comes from metadata version 2, with its token")
  func instance() async throws {
    try await MetadataStub.run { stub in
      stub.answers.withLock {
        $0["PUT /latest/api/token"] = "TOKEN-2"
        $0["GET /latest/meta-data/iam/security-credentials/"] = "my role\n"
        $0["GET /latest/meta-data/iam/security-credentials/my%20role"] = Self.answer
      }
      let folder = try TemporaryFolder()
      var context = CredentialContext(
        environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": stub.endpoint], homeDirectory: folder.path)
      context.metadataTimeout = .seconds(60)
      let found = try #require(try await AmazonCredentialChain(context).credentials())
      #expect((found.accessKeyID, found.securityToken) == ("ROLEKEY", "ROLETOKEN"))
      #expect(found.source.contains("my role"))
      #expect(found.expiration == Date(timeIntervalSince1970: 4_070_908_800))
      let tokens = stub.requests.withLock { $0 }.dropFirst().map { $0["x-aws-ec2-metadata-token"] }
      #expect(tokens == ["TOKEN-2", "TOKEN-2"])
      stub.answers.withLock { $0["GET /latest/meta-data/iam/security-credentials/my%20role"] = "{}" }
      let text = await Self.problem(AmazonCredentialChain(context))
      #expect(text.contains("no credentials for 'my role'"))
      context.environment["AWS_EC2_METADATA_DISABLED"] = "true"
      let disabled = await Self.problem(AmazonCredentialChain(context))
      #expect(disabled.contains("none found"))
    }
  }

  @Test("a container's role comes from its endpoint, with the token of the moment")
  func container() async throws {
    try await MetadataStub.run { stub in
      stub.answers.withLock { $0["GET /v1/credentials"] = Self.answer }
      let folder = try TemporaryFolder()
      let file = try folder.write("TOKEN-1\n", as: "token")
      let chain = Self.chain(
        folder,
        [
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(stub.endpoint)/v1/credentials",
          "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
        ])
      #expect(try await chain.credentials()?.accessKeyID == "ROLEKEY")
      _ = try folder.write("TOKEN-2", as: "token")
      _ = try await chain.credentials()
      #expect(stub.requests.withLock { $0.map { $0["authorization"] } } == ["TOKEN-1", "TOKEN-2"])
      stub.answers.withLock { $0 = [:] }
      let text = await Self.problem(chain)
      #expect(text.contains("HTTP 404"))
    }
  }

  // MARK: Renewal

  private actor Counting: CredentialSource {
    private(set) var count = 0
    private let lifetimes: [TimeInterval]

    init(_ lifetimes: [TimeInterval]) { self.lifetimes = lifetimes }

    func credentials() async throws(CredentialError) -> Credentials? {
      defer { count += 1 }
      guard count < lifetimes.count else { throw .source("a count", reason: "is at its end") }
      return Credentials(
        accessKeyID: "K\(count)", accessKeySecret: "S", expiration: Date(timeIntervalSinceNow: lifetimes[count]),
        source: "a count")
    }
  }

  @Test(
    "credentials are renewed before their end; what is still valid serves while the source fails or has no newer ones")
  func renewal() async throws {
    let lasting = RenewedCredentials(Counting([3600]), pause: 60)
    for _ in 0..<3 { #expect(try await lasting.current().accessKeyID == "K0") }
    let source = Counting([600, 3600])
    let renewed = RenewedCredentials(source)
    #expect(try await renewed.current().accessKeyID == "K0")
    #expect(try await renewed.current().accessKeyID == "K1")
    let failing = RenewedCredentials(Counting([600]))
    for _ in 0..<3 { #expect(try await failing.current().accessKeyID == "K0") }
    let ended = RenewedCredentials(Counting([-1]))
    _ = try await ended.current()
    await #expect(throws: CredentialError.self) { try await ended.current() }
    let patient = Counting([600, 600, 600])
    let paused = RenewedCredentials(patient, pause: 60)
    for _ in 0..<3 { _ = try await paused.current() }
    #expect(await patient.count == 1)
    await paused.discard()
    #expect(try await paused.current().accessKeyID == "K1")
  }
}

/// A server on loopback with fixed responses by path.
private final class MetadataStub: Sendable {
  /// Keyed by method and path.
  let answers = Mutex<[String: String]>([:])
  /// Headers of the received requests.
  let requests = Mutex<[[String: String]]>([])
  private let port = Mutex(0)

  var endpoint: String { "http://127.0.0.1:\(port.withLock { $0 })" }

  static func run(_ body: (MetadataStub) async throws -> Void) async throws {
    let stub = MetadataStub()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(stub))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    stub.port.withLock { $0 = channel.localAddress?.port ?? 0 }
    do {
      try await body(stub)
      try await channel.close()
    } catch {
      try? await channel.close()
      throw error
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let stub: MetadataStub

    init(_ stub: MetadataStub) { self.stub = stub }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .head(let request) = unwrapInboundIn(data) else { return }
      var headers: [String: String] = [:]
      for header in request.headers { headers[header.name.lowercased()] = header.value }
      stub.requests.withLock { $0.append(headers) }
      let text = stub.answers.withLock { $0["\(request.method.rawValue) \(request.uri)"] }
      let head = HTTPResponseHead(
        version: .http1_1, status: text == nil ? .notFound : .ok,
        headers: ["content-length": "\(text?.utf8.count ?? 0)"])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      if let text { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil) }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
