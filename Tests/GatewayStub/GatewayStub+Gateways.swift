import Hummingbird
import Synchronization

extension GatewayStub {
  /// The code with which the service refuses a call.
  private struct Refusal: Error {
    var code: String
  }

  /// Changes the service's state, and acknowledges it.
  private func acknowledge(
    _ parameters: [String: String], _ id: String, _ change: (inout State) throws(Refusal) -> [String: String]
  ) -> Response {
    guard parameters["RegionId"]?.isEmpty == false else { return Self.error("IllegalParam.RegionId", 400) }
    let result = state.withLock { state -> Result<[String: String], Refusal> in
      do throws(Refusal) { return .success(try change(&state)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let members): return Self.json(200, ["RequestId": id].merging(members) { $1 })
    case .failure(let refusal): return Self.error(refusal.code, 400)
    }
  }

  private static func index(of parameters: [String: String], in state: State) throws(Refusal) -> Int {
    guard let id = parameters["FlowLogId"], !id.isEmpty else { throw Refusal(code: "MissingParam.FlowLogId") }
    guard let index = state.logs.firstIndex(where: { $0.id == id }) else {
      throw Refusal(code: "InvalidFlowLogId.NotFound")
    }
    return index
  }

  private static func gateway(of parameters: [String: String], in state: State) throws(Refusal) -> Int {
    guard let index = state.gateways.firstIndex(where: { $0.id == parameters["SmartAGId"] }) else {
      throw Refusal(code: "InvalidSmartAGId.NotFound")
    }
    return index
  }

  func create(_ parameters: [String: String]) -> Response {
    acknowledge(parameters, "R-CREATE") { (state) throws(Refusal) in
      if let code = Self.complaint(parameters) { throw Refusal(code: code) }
      state.createdCount += 1
      var log = StubFlowLog("fl-new\(state.createdCount)", ["Status": "Inactive"])
      for name in Self.settings { log.fields[name] = parameters[name] }
      state.logs.append(log)
      return ["FlowLogId": log.id, "ResourceGroupId": "rg-1"]
    }
  }

  /// A gateway that is already bound is refused, whatever flow log it is bound to.
  func associate(_ parameters: [String: String]) -> Response {
    acknowledge(parameters, "R-ASSOCIATE") { (state) throws(Refusal) in
      let log = try Self.index(of: parameters, in: state)
      let gateway = try Self.gateway(of: parameters, in: state)
      guard state.gateways[gateway].flowLog == nil else { throw Refusal(code: "OperationFailed.AssociateFlowLog") }
      state.gateways[gateway].flowLog = state.logs[log].id
      return [:]
    }
  }

  func dissociate(_ parameters: [String: String]) -> Response {
    acknowledge(parameters, "R-DISASSOCIATE") { (state) throws(Refusal) in
      let log = try Self.index(of: parameters, in: state)
      let gateway = try Self.gateway(of: parameters, in: state)
      guard state.gateways[gateway].flowLog == state.logs[log].id else {
        throw Refusal(code: "OperationFailed.DisassociateFlowLog")
      }
      state.gateways[gateway].flowLog = nil
      return [:]
    }
  }

  /// A flow log that already has the status is refused.
  func setStatus(_ status: String, _ parameters: [String: String]) -> Response {
    acknowledge(parameters, "R-STATUS") { (state) throws(Refusal) in
      let log = try Self.index(of: parameters, in: state)
      guard state.logs[log].fields["Status"] != status else { throw Refusal(code: "IncorrectStatus.FlowLog") }
      state.logs[log].fields["Status"] = status
      return [:]
    }
  }

  func delete(_ parameters: [String: String]) -> Response {
    acknowledge(parameters, "R-DELETE") { (state) throws(Refusal) in
      let log = try Self.index(of: parameters, in: state)
      let id = state.logs[log].id
      guard !state.gateways.contains(where: { $0.flowLog == id }) else {
        throw Refusal(code: "DependencyViolation.FlowLog")
      }
      guard state.logs[log].fields["Status"] != "Active" else { throw Refusal(code: "IncorrectStatus.FlowLog") }
      state.logs.remove(at: log)
      return [:]
    }
  }

  func describeGateways(_ parameters: [String: String]) -> Response {
    let (logs, gateways) = state.withLock { ($0.logs, $0.gateways) }
    guard let id = parameters["FlowLogId"], logs.contains(where: { $0.id == id }) else {
      return Self.error("InvalidFlowLogId.NotFound", 400)
    }
    let found = gateways.filter { $0.flowLog == id }
    let size = max(1, min(50, Int(parameters["PageSize"] ?? "") ?? 10))
    let page = max(1, Int(parameters["PageNumber"] ?? "") ?? 1)
    var answer: [String: any Sendable] = [
      "RequestId": "R-SAGS", "TotalCount": found.count, "PageNumber": page, "PageSize": size,
    ]
    let elements = found.dropFirst((page - 1) * size).prefix(size).map(Self.members)
    // The key of an empty list is omitted.
    if !elements.isEmpty { answer["Sags"] = ["Sag": elements] }
    return Self.json(200, answer)
  }

  func describeUnbound(_ parameters: [String: String]) -> Response {
    guard parameters["RegionId"]?.isEmpty == false else { return Self.error("IllegalParam.RegionId", 400) }
    let found = state.withLock { $0.gateways.filter { $0.flowLog == nil } }
    var answer: [String: any Sendable] = ["RequestId": "R-UNBOUND", "Count": found.count]
    if !found.isEmpty { answer["Sags"] = ["Sag": found.map(Self.members)] }
    return Self.json(200, answer)
  }

  /// Unset members are omitted.
  private static func members(_ gateway: StubGateway) -> [String: String] {
    var members = ["SmartAGId": gateway.id]
    if !gateway.name.isEmpty { members["Name"] = gateway.name }
    if !gateway.description.isEmpty { members["Description"] = gateway.description }
    return members
  }
}
