public import CloudAPI

/// A call that modifies flow logs, whether sent or only previewed.
public enum FlowLogOperation: Hashable, Sendable {
  case create(FlowLogSettings)
  /// The settings are the complete desired state: the effect of omitted parameters is not documented.
  case modify(flowLog: String, FlowLogSettings)
  case associate(flowLog: String, gateway: String)
  case dissociate(flowLog: String, gateway: String)
  case activate(flowLog: String)
  case deactivate(flowLog: String)
  case delete(flowLog: String)

  /// Name in the API documentation.
  public var action: String {
    switch self {
    case .create: "CreateFlowLog"
    case .modify: "ModifyFlowLogAttribute"
    case .associate: "AssociateFlowLog"
    case .dissociate: "DisassociateFlowLog"
    case .activate: "ActiveFlowLog"
    case .deactivate: "DeactiveFlowLog"
    case .delete: "DeleteFlowLog"
    }
  }

  /// Whether repeating the operation has no further effect.
  var isIdempotent: Bool { if case .create = self { false } else { true } }

  /// The parameters besides the region, in the order of the API documentation.
  private var parameters: [(name: String, value: String)] {
    func fields(_ settings: FlowLogSettings) -> [(name: String, value: String)] {
      FlowLogField.allCases.compactMap { field in settings[field].map { (field.rawValue, $0) } }
    }
    return switch self {
    case .create(let settings): fields(settings)
    case .modify(let id, let settings): [("FlowLogId", id)] + fields(settings)
    case .associate(let id, let gateway), .dissociate(let id, let gateway):
      [("FlowLogId", id), ("SmartAGId", gateway)]
    case .activate(let id), .deactivate(let id), .delete(let id): [("FlowLogId", id)]
    }
  }

  func request(region: String) -> RPCRequest {
    RPCRequest(
      action: action, version: SmartAccessGatewayClient.version,
      parameters: parameters.reduce(into: ["RegionId": region]) { $0[$1.name] = $1.value })
  }

  /// Returns the unsigned call; nothing is sent.
  public func preview(region: String, endpoint: ServiceEndpoint? = nil) -> RequestPreview {
    let endpoint = endpoint ?? ServiceEndpoint(service: "smartag", region: region)
    let request = request(region: region)
    return RequestPreview(
      method: RPCRequest.method, url: "\(endpoint.url)/?\(request.query)",
      headers: [
        ("host", endpoint.host), ("x-acs-action", request.action), ("x-acs-version", request.version),
      ],
      parameters: [("RegionId", region)] + parameters)
  }
}

/// A request that is not sent.
public struct RequestPreview: Sendable {
  public let method: String
  public let url: String
  /// Headers that are the same in each attempt.
  public let headers: [(name: String, value: String)]
  /// Query parameters before encoding, in the order of the API documentation.
  public let parameters: [(name: String, value: String)]
}
