import CloudAPI

/// One page of `DescribeFlowLogs`.
public struct FlowLogPage: Decodable, Sendable {
  public var flowLogs: [FlowLog]
  /// Flow logs of all pages; the number on this page if the service told none.
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

  /// Without flow logs, the key may be missing.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    flowLogs = try fields.decodeIfPresent(Container.self, forKey: .flowLogs)?.elements ?? []
    totalCount = try fields.decodeIfPresent(LenientNumber.self, forKey: .totalCount)?.number ?? flowLogs.count
    requestID = try fields.decodeIfPresent(LenientText.self, forKey: .requestID)?.text ?? ""
  }
}

/// One page of `DescribeFlowLogSags`, or the one answer of `DescribeUnbindFlowLogSags`.
public struct GatewayPage: Decodable, Sendable {
  public var gateways: [Gateway]
  /// Gateways of all pages; the number on this page if the service told none.
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

  /// Without gateways, the key may be missing.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    gateways = try fields.decodeIfPresent(Container.self, forKey: .gateways)?.elements ?? []
    totalCount = try fields.decodeIfPresent(LenientNumber.self, forKey: .totalCount)?.number ?? gateways.count
    requestID = try fields.decodeIfPresent(LenientText.self, forKey: .requestID)?.text ?? ""
  }
}

/// The answer of an operation that changes something.
public struct OperationAnswer: Decodable, Sendable {
  public var requestID: String
  /// Of `CreateFlowLog`: what it made.
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
