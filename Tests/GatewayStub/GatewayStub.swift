import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A server on loopback that simulates the cloud: the flow-log API with state and signature checks; the Security Token
/// Service, the instance metadata service, and a credentials URI.
public final class GatewayStub: Sendable {
  public static let accessKeyID = "LTAI5tStubKeyId00001"
  public static let accessKeySecret = "StubSecretForTests00000001"

  /// A received request, and its verification.
  public struct Received: Sendable {
    public var wire: WireRequest
    public var action: String
    public var parameters: [String: String]
    /// Why the signature was refused; nil if it was correct.
    public var refusal: SignatureVerifier.Refusal?
  }

  struct State {
    var logs: [StubFlowLog] = []
    var gateways: [StubGateway] = []
    var createdCount = 0
    var accounts = [
      GatewayStub.accessKeyID: SignatureVerifier.Account(secret: GatewayStub.accessKeySecret)
    ]
    var faults: [(action: String?, fault: Fault, left: Int)] = []
    var requests: [Received] = []
    var nonces: Set<String> = []
    var portsAreNumbers = false
    var metadata = Metadata()
  }

  /// Behaviour of the metadata service.
  public struct Metadata: Sendable {
    public var hasVersion1 = true
    public var hasVersion2 = true
    public var role: String? = "collector"
  }

  let state = Mutex(State())
  private let boundPort = Mutex<Int?>(nil)

  private init() {}

  /// Runs a service for the duration of `body`.
  public static func run<Result: Sendable>(
    _ body: @escaping @Sendable (GatewayStub) async throws -> Result
  ) async throws -> Result {
    let stub = GatewayStub()
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await stub.serve()
        return nil
      }
      group.addTask {
        while stub.boundPort.withLock({ $0 == nil }) { try await Task.sleep(for: .milliseconds(2)) }
        return try await body(stub)
      }
      while let result = try await group.next() {
        guard let result else { continue }
        group.cancelAll()
        return result
      }
      throw CancellationError()
    }
  }

  public var port: Int { boundPort.withLock { $0 ?? 0 } }
  public var endpoint: String { "http://127.0.0.1:\(port)" }

  public func put(_ log: StubFlowLog) { state.withLock { $0.logs.append(log) } }
  public func put(_ gateway: StubGateway) { state.withLock { $0.gateways.append(gateway) } }
  public var flowLogs: [StubFlowLog] { state.withLock { $0.logs } }
  public var gateways: [StubGateway] { state.withLock { $0.gateways } }
  public func release(_ gateway: String) {
    state.withLock { state in
      for index in state.gateways.indices where state.gateways[index].id == gateway {
        state.gateways[index].flowLog = nil
      }
    }
  }
  public func remove(flowLog id: String) { state.withLock { $0.logs.removeAll { $0.id == id } } }
  public func flowLog(_ id: String) -> StubFlowLog? { state.withLock { $0.logs.first { $0.id == id } } }
  public var requests: [Received] { state.withLock { $0.requests } }
  public func requests(_ action: String) -> [Received] { requests.filter { $0.action == action } }

  /// All requests except repeated reads: a client that got no response in time, as on a busy host, repeats its request.
  public var questions: [Received] {
    requests.reduce(into: []) { questions, request in
      if let last = questions.last, request.action.hasPrefix("Describe"), last.action == request.action,
        last.parameters == request.parameters
      {
        return
      }
      questions.append(request)
    }
  }

  public func add(account: String, secret: String, token: String? = nil) {
    state.withLock { $0.accounts[account] = .init(secret: secret, token: token) }
  }

  /// Makes the next requests of an action, or of any action, fail.
  public func inject(_ fault: Fault, into action: String? = nil, times: Int = .max) {
    state.withLock { $0.faults.append((action, fault, times)) }
  }

  /// Removes all faults.
  public func heal() { state.withLock { $0.faults = [] } }

  public func tellPortsAsNumbers() { state.withLock { $0.portsAreNumbers = true } }
  public func metadata(_ change: (inout Metadata) -> Void) { state.withLock { change(&$0.metadata) } }

  private func serve() async throws {
    let router = Router()
    router.post("/") { request, _ in try await self.call(request) }
    router.get("/") { request, _ in try await self.call(request) }
    router.put("/latest/api/token") { request, _ in self.metadataToken(request) }
    router.get("/latest/meta-data/ram/security-credentials/") { request, _ in self.metadataRole(request, nil) }
    router.get("/latest/meta-data/ram/security-credentials/:role") { request, context in
      self.metadataRole(request, context.parameters.get("role"))
    }
    router.get("/credentials") { _, _ in Self.json(200, self.issueCredentials("URIKEY", "URISECRET", "URITOKEN")) }
    let server = StoppableServer(
      router.buildResponder(), configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
      grace: .zero
    ) { channel in self.boundPort.withLock { $0 = channel.localAddress?.port } }
    try await server.run()
  }

  // MARK: Calls of operations

  private func call(_ request: Request) async throws -> Response {
    let wire = try await WireRequest(request)
    let form = WireRequest.form(String(decoding: wire.body, as: UTF8.self)) ?? [:]
    let parameters = (wire.parameters ?? [:]).merging(form) { $1 }
    let action = wire.header("x-acs-action") ?? parameters["Action"] ?? ""
    let (refusal, fault) = state.withLock { state in
      var refusal: SignatureVerifier.Refusal?
      if action != "AssumeRoleWithOIDC" {
        do throws(SignatureVerifier.Refusal) {
          try SignatureVerifier().verify(wire, accounts: state.accounts)
        } catch {
          refusal = error
        }
      }
      state.requests.append(Received(wire: wire, action: action, parameters: parameters, refusal: refusal))
      return (refusal, state.takeFault(of: action))
    }
    if let refusal { return Self.error(refusal.rawValue, 400) }
    if let nonce = wire.header("x-acs-signature-nonce"), !state.withLock({ $0.nonces.insert(nonce).inserted }) {
      return Self.error("SignatureNonceUsed", 400)
    }
    var ignored: String?
    switch fault {
    case .code(let code, let status, let headers): return Self.error(code, status, headers)
    case .answer(let status, let body, let type): return Self.response(status, body, type)
    case .slow(let pause): try await Task.sleep(for: pause)
    case .cutOff: return Self.cutOff
    case .ignores(let name): ignored = name
    case .lost:
      _ = answer(action, parameters, ignoring: nil)
      return Self.cutOff
    case .late(let pause):
      let answer = answer(action, parameters, ignoring: nil)
      try await Task.sleep(for: pause)
      return answer
    case nil: break
    }
    return answer(action, parameters, ignoring: ignored)
  }

  /// Performs an operation.
  private func answer(_ action: String, _ parameters: [String: String], ignoring ignored: String?) -> Response {
    switch action {
    case "DescribeFlowLogs": describe(parameters)
    case "DescribeFlowLogSags": describeGateways(parameters)
    case "DescribeUnbindFlowLogSags": describeUnbound(parameters)
    case "ModifyFlowLogAttribute": modify(parameters, ignoring: ignored)
    case "CreateFlowLog": create(parameters)
    case "AssociateFlowLog": associate(parameters)
    case "DisassociateFlowLog": dissociate(parameters)
    case "ActiveFlowLog": setStatus("Active", parameters)
    case "DeactiveFlowLog": setStatus("Inactive", parameters)
    case "DeleteFlowLog": delete(parameters)
    case "AssumeRole": Self.assumed(self, parameters, "ROLE")
    case "AssumeRoleWithOIDC": Self.assumed(self, parameters, "OIDC")
    default: Self.error("InvalidAction.NotFound", 404)
    }
  }

  private static func assumed(_ stub: GatewayStub, _ parameters: [String: String], _ prefix: String) -> Response {
    guard parameters["RoleArn"]?.isEmpty == false, parameters["RoleSessionName"]?.isEmpty == false else {
      return error("MissingParameter", 400)
    }
    return json(
      200,
      ["RequestId": "R-STS", "Credentials": stub.issueCredentials("\(prefix)KEY", "\(prefix)SECRET", "\(prefix)TOKEN")])
  }

  /// Creates temporary credentials that the service accepts from now on.
  func issueCredentials(_ id: String, _ secret: String, _ token: String) -> [String: String] {
    add(account: id, secret: secret, token: token)
    return [
      "Code": "Success", "AccessKeyId": id, "AccessKeySecret": secret, "SecurityToken": token,
      "Expiration": Date(timeIntervalSinceNow: 3600).formatted(.iso8601),
    ]
  }

  // MARK: The metadata service

  private static func header(_ name: String, of request: Request) -> String? {
    HTTPField.Name(name).flatMap { request.headers[$0] }
  }

  private func metadataToken(_ request: Request) -> Response {
    guard state.withLock({ $0.metadata.hasVersion2 }),
      Self.header("x-aliyun-ecs-metadata-token-ttl-seconds", of: request) != nil
    else { return Self.response(404, "", "text/plain") }
    return Self.response(200, "METADATA-TOKEN", "text/plain")
  }

  private func metadataRole(_ request: Request, _ role: String?) -> Response {
    let metadata = state.withLock { $0.metadata }
    let token = Self.header("x-aliyun-ecs-metadata-token", of: request)
    guard token == "METADATA-TOKEN" || (token == nil && metadata.hasVersion1), let known = metadata.role else {
      return Self.response(token == nil ? 403 : 404, "", "text/plain")
    }
    guard let role, !role.isEmpty else { return Self.response(200, known, "text/plain") }
    guard role == known else { return Self.response(404, "", "text/plain") }
    return Self.json(200, issueCredentials("ECSKEY", "ECSSECRET", "ECSTOKEN"))
  }
}

extension GatewayStub.State {
  /// Returns the fault for the next request of an action.
  mutating func takeFault(of action: String) -> Fault? {
    guard let index = faults.firstIndex(where: { ($0.action ?? action) == action && $0.left > 0 }) else { return nil }
    if faults[index].left != .max { faults[index].left -= 1 }
    return faults[index].fault
  }
}

extension WireRequest {
  fileprivate init(_ request: Request) async throws {
    let body = try await request.body.collect(upTo: 1 << 20)
    let target = request.head.path ?? ""
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
    if let host = request.head.authority { headers.append((name: "host", value: host)) }
    self.init(
      method: request.method.rawValue, path: parts[0], query: parts.count > 1 ? parts[1] : "", headers: headers,
      body: Array(body.readableBytesView))
  }
}
