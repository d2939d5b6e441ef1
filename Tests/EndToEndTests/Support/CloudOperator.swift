import Foundation
import GatewayStub
import TestSupport

/// An operator with credentials of the stub's account, in a separate home directory.
struct CloudOperator {
  let stub: GatewayStub
  private let folder: Folder

  /// A temporary folder shared by copies of its owner.
  private final class Folder: Sendable {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }
  }

  init(_ stub: GatewayStub) throws {
    self.stub = stub
    folder = try Folder()
  }

  /// Options that point a flow log at a collector, without confirmation.
  static let target = ["--collector", "10.0.0.1", "--yes"]

  /// Runs a service with the flow log `fl-0`, and an operator of it, for the duration of `body`.
  static func run(_ body: @escaping @Sendable (CloudOperator) async throws -> Void) async throws {
    try await GatewayStub.run { stub in
      stub.put(.netflow("fl-0"))
      try await body(CloudOperator(stub))
    }
  }

  var home: String { folder.folder.path }

  /// The environment of the operator's commands.
  var environment: [String: String] {
    [
      "HOME": home, "ALIBABA_CLOUD_ACCESS_KEY_ID": GatewayStub.accessKeyID,
      "ALIBABA_CLOUD_ACCESS_KEY_SECRET": GatewayStub.accessKeySecret, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    ]
  }

  private var place: [String] { ["--region", "cn-shanghai", "--endpoint", stub.endpoint] }

  func retarget(
    _ flowLog: String?, _ options: [String] = [], environment: [String: String] = [:], through launcher: [String] = []
  ) async throws -> Outcome {
    try await Sagflow.run(
      ["config", "retarget"] + (flowLog.map { ["--flow-log-id", $0] } ?? []) + place + options,
      environment: self.environment.merging(environment) { $1 }, through: launcher)
  }

  func flowLogs(_ options: [String] = [], environment: [String: String] = [:]) async throws -> Outcome {
    try await Sagflow.run(
      ["config", "flow-logs"] + place + options, environment: self.environment.merging(environment) { $1 })
  }

  /// Runs another `config` command that calls the service.
  func config(
    _ command: String, _ options: [String] = [], environment: [String: String] = [:], through launcher: [String] = []
  ) async throws -> Outcome {
    try await Sagflow.run(
      ["config", command] + place + options, environment: self.environment.merging(environment) { $1 },
      through: launcher)
  }

  /// Starts such a command without waiting for it.
  func startConfig(
    _ command: String, _ options: [String], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try RunningProgram(
      Sagflow.path, ["config", command] + place + options, environment: self.environment.merging(environment) { $1 })
  }

  /// Starts a retarget without waiting for it.
  func start(
    _ flowLog: String, _ options: [String] = [], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try RunningProgram(
      Sagflow.path, ["config", "retarget", "--flow-log-id", flowLog] + place + options,
      environment: self.environment.merging(environment) { $1 })
  }

  /// Paths of the saved states, oldest first.
  var savedStates: [String] {
    let folder = "\(home)/.local/state/sagflow"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map { "\(folder)/\($0)" }
  }
}

/// Returns the permission bits of a file or directory.
func permissions(_ path: String) throws -> Int? {
  try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
