public import CloudAPI
import Foundation

/// The flow-log operations of the Smart Access Gateway API (product `Smartag`, version 2018-03-13) in one region.
///
/// Each call is signed (V3), has 10 s for an attempt, and is repeated up to four times in all when the service is busy or
/// the connection breaks; all these calls may be repeated without harm. Temporary credentials are renewed 15 minutes
/// before they end.
public actor SmartAccessGatewayClient {
  public static let version = "2018-03-13"

  public nonisolated let region: String
  public nonisolated let endpoint: ServiceEndpoint
  private let service: RPCService
  private let source: RenewedCredentials

  /// - Parameters:
  ///   - endpoint: another than the region's public one.
  ///   - credentials: asked before the first call and again when what it gave comes to its end.
  public init(
    region: String, endpoint: ServiceEndpoint? = nil, credentials: any CredentialSource,
    retry: RetryPolicy = RetryPolicy()
  ) {
    self.region = region
    self.endpoint = endpoint ?? ServiceEndpoint(service: "smartag", region: region)
    source = RenewedCredentials(credentials)
    service = RPCService(endpoint: self.endpoint, retry: retry)
  }

  /// The credentials in use, obtained if need be.
  ///
  /// - Throws: `CloudAPIError.credentials` if no source has any.
  public func credentials() async throws(CloudAPIError) -> Credentials {
    do throws(CredentialError) {
      return try await source.current()
    } catch {
      throw .credentials(error)
    }
  }

  /// Sets a flow log's attributes: ModifyFlowLogAttribute.
  ///
  /// - Parameter settings: the whole wanted state: what a parameter that is left out does is not documented.
  /// - Returns: the RequestId.
  /// - Throws: `CloudAPIError`.
  @discardableResult
  public func modifyFlowLogAttribute(
    _ flowLogID: String, _ settings: FlowLogSettings
  ) async throws(CloudAPIError) -> String {
    let request = Self.modifyRequest(flowLogID, settings, region: region)
    return try await call(request, as: Acknowledgement.self).requestID?.text ?? ""
  }

  /// One page of the region's flow logs: DescribeFlowLogs.
  ///
  /// - Parameters:
  ///   - flowLogID: only this one.
  ///   - page: from 1.
  ///   - pageSize: flow logs of a page; the service may give fewer.
  /// - Throws: `CloudAPIError`.
  public func describeFlowLogs(
    flowLogID: String? = nil, page: Int = 1, pageSize: Int = 50
  ) async throws(CloudAPIError) -> FlowLogPage {
    var parameters = ["RegionId": region, "PageNumber": String(page), "PageSize": String(pageSize)]
    parameters["FlowLogId"] = flowLogID
    return try await call(
      RPCRequest(action: "DescribeFlowLogs", version: Self.version, parameters: parameters), as: FlowLogPage.self)
  }

  /// All flow logs of the region, page after page.
  ///
  /// - Throws: `CloudAPIError`.
  public func flowLogs() async throws(CloudAPIError) -> [FlowLog] {
    var logs: [FlowLog] = []
    var seen: Set<String> = []
    var received = 0
    var page = 1
    while true {
      let answer = try await describeFlowLogs(page: page)
      // The list may shift by one while it is read.
      logs += answer.flowLogs.filter { seen.insert($0.id).inserted }
      received += answer.flowLogs.count
      if answer.flowLogs.isEmpty || received >= answer.totalCount { return logs }
      page += 1
    }
  }

  /// One flow log; nil if the region has none of this id.
  ///
  /// - Throws: `CloudAPIError`.
  public func flowLog(_ id: String) async throws(CloudAPIError) -> FlowLog? {
    do throws(CloudAPIError) {
      return try await describeFlowLogs(flowLogID: id).flowLogs.first { $0.id == id }
    } catch .api(let error) where error.code == .invalidFlowLogIDNotFound {
      return nil
    }
  }

  private func call<Answer: Decodable>(
    _ request: RPCRequest, as type: Answer.Type
  ) async throws(CloudAPIError) -> Answer {
    let endpoint = endpoint
    let body = try await service.call { () async throws(CloudAPIError) in
      request.signed(for: endpoint, with: try await self.credentials())
    }
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw .unreadable(action: request.action, reason: Self.reason(of: error))
    }
  }

  private struct Acknowledgement: Decodable {
    var requestID: LenientText?

    private enum CodingKeys: String, CodingKey { case requestID = "RequestId" }
  }

  /// Where and why an answer is not of the form that it should have.
  private static func reason(of error: any Error) -> String {
    switch error {
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context):
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
      return TerminalText.escaped((path.isEmpty ? "" : "\(path): ") + context.debugDescription)
    default: return "\(error)"
    }
  }

  static func modifyRequest(_ flowLogID: String, _ settings: FlowLogSettings, region: String) -> RPCRequest {
    var parameters = ["RegionId": region, "FlowLogId": flowLogID]
    for field in FlowLogField.allCases { parameters[field.rawValue] = settings[field] }
    return RPCRequest(action: "ModifyFlowLogAttribute", version: version, parameters: parameters)
  }

  /// The text of a `modifyFlowLogAttribute` call as it would go out, without its signature; nothing is sent.
  public static func preview(
    _ flowLogID: String, _ settings: FlowLogSettings, region: String, endpoint: ServiceEndpoint? = nil
  ) -> RequestPreview {
    let endpoint = endpoint ?? ServiceEndpoint(service: "smartag", region: region)
    let request = modifyRequest(flowLogID, settings, region: region)
    let names = ["RegionId", "FlowLogId"] + FlowLogField.allCases.map(\.rawValue)
    return RequestPreview(
      method: RPCRequest.method, url: "\(endpoint.url)/?\(request.query)",
      headers: [
        ("host", endpoint.host), ("x-acs-action", request.action), ("x-acs-version", request.version),
      ],
      parameters: names.compactMap { name in request.parameters[name].map { (name: name, value: $0) } })
  }
}

/// A request that is not sent.
public struct RequestPreview: Sendable {
  public let method: String
  public let url: String
  /// Those that do not change from one attempt to the next.
  public let headers: [(name: String, value: String)]
  /// The query's parameters before they are encoded, in the order of the API's page.
  public let parameters: [(name: String, value: String)]
}

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
