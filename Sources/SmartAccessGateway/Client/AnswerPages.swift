import CloudAPI

/// A page of `DescribeFlowLogs`.
public struct FlowLogPage: Decodable, Sendable {
  public var flowLogs: [FlowLog]
  /// Number of flow logs on all pages; that on this page if the service did not send it.
  public var totalCount: Int
  public var requestID: String

  private enum CodingKeys: String, CodingKey {
    case flowLogs = "FlowLogs"
    case totalCount = "TotalCount"
    case requestID = "RequestId"
  }

  private struct Container: Decodable {
    var elements: [FlowLog]?

    private enum CodingKeys: String, CodingKey { case elements = "FlowLogSetType" }
  }

  /// The key may be missing if there are no flow logs.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    flowLogs = try fields.decodeIfPresent(Container.self, forKey: .flowLogs)?.elements ?? []
    totalCount = try fields.decodeIfPresent(LenientNumber.self, forKey: .totalCount)?.number ?? flowLogs.count
    requestID = try fields.decodeIfPresent(LenientText.self, forKey: .requestID)?.text ?? ""
  }
}

/// A page of `DescribeFlowLogSags`, or the response of `DescribeUnbindFlowLogSags`.
public struct GatewayPage: Decodable, Sendable {
  public var gateways: [Gateway]
  /// Number of gateways on all pages; that on this page if the service did not send it.
  public var totalCount: Int
  public var requestID: String

  private enum CodingKeys: String, CodingKey {
    case gateways = "Sags"
    case totalCount = "TotalCount"
    case requestID = "RequestId"
  }

  private struct Container: Decodable {
    var elements: [Gateway]?

    private enum CodingKeys: String, CodingKey { case elements = "Sag" }
  }

  /// The key may be missing if there are no gateways.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    gateways = try fields.decodeIfPresent(Container.self, forKey: .gateways)?.elements ?? []
    totalCount = try fields.decodeIfPresent(LenientNumber.self, forKey: .totalCount)?.number ?? gateways.count
    requestID = try fields.decodeIfPresent(LenientText.self, forKey: .requestID)?.text ?? ""
  }
}

/// The response of a modifying operation.
public struct OperationAnswer: Decodable, Sendable {
  public var requestID: String
  /// The created flow log, from `CreateFlowLog`.
  public var flowLogID: String?

  private enum CodingKeys: String, CodingKey {
    case requestID = "RequestId"
    case flowLogID = "FlowLogId"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    requestID = try fields.decodeIfPresent(LenientText.self, forKey: .requestID)?.text ?? ""
    let id = try fields.decodeIfPresent(LenientText.self, forKey: .flowLogID)?.text
    flowLogID = id.flatMap { $0.isEmpty ? nil : $0 }
  }
}
