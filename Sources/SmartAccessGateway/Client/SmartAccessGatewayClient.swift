public import CloudAPI
import Foundation

/// The flow-log operations of the Smart Access Gateway API (product `Smartag`, version 2018-03-13) in one region.
///
/// Each call is signed (V3), has 10 s for an attempt, and is tried up to four times in all when the service is busy or
/// the connection breaks; CreateFlowLog only where the service has certainly not done it, all others may be repeated
/// without harm. Temporary credentials are renewed 15 minutes before they end.
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
    try await Self.all(by: \.id) { page async throws(CloudAPIError) in
      let answer = try await self.describeFlowLogs(page: page)
      return (answer.flowLogs, answer.totalCount)
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

  /// The elements of all pages, each once.
  ///
  /// - Parameter read: gives the elements of a page, counted from 1, and the number of those of all pages.
  static func all<Element: Sendable>(
    by id: (Element) -> String, _ read: @Sendable (Int) async throws(CloudAPIError) -> (elements: [Element], total: Int)
  ) async throws(CloudAPIError) -> [Element] {
    var found: [Element] = []
    var seen: Set<String> = []
    var received = 0
    var page = 1
    while true {
      let answer = try await read(page)
      // The list may shift by one while it is read.
      found += answer.elements.filter { seen.insert(id($0)).inserted }
      received += answer.elements.count
      if answer.elements.isEmpty || received >= answer.total { return found }
      page += 1
    }
  }

  /// Calls an operation and reads its answer.
  func call<Answer: Decodable>(
    _ request: RPCRequest, as type: Answer.Type, isIdempotent: Bool = true
  ) async throws(CloudAPIError) -> Answer {
    let endpoint = endpoint
    let body = try await service.call(isIdempotent: isIdempotent) { () async throws(CloudAPIError) in
      request.signed(for: endpoint, with: try await self.credentials())
    }
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw .unreadable(action: request.action, reason: Self.reason(of: error))
    }
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
}
