public import CloudAPI
import Foundation

/// A client for the flow-log operations of the Smart Access Gateway API (product `Smartag`, version 2018-03-13) in one
/// region.
///
/// Each call is signed (V3) and has a timeout of 10 s per attempt. It is attempted up to four times if the service is
/// busy or the connection breaks; CreateFlowLog only if the service has certainly not performed it, all others are
/// idempotent. Temporary credentials are renewed 15 minutes before they expire.
public actor SmartAccessGatewayClient {
  public static let version = "2018-03-13"

  public nonisolated let region: String
  public nonisolated let endpoint: ServiceEndpoint
  private let service: RPCService
  private let source: RenewedCredentials

  /// - Parameters:
  ///   - endpoint: overrides the region's public endpoint.
  ///   - credentials: queried before the first call and for renewal.
  public init(
    region: String, endpoint: ServiceEndpoint? = nil, credentials: any CredentialSource,
    retry: RetryPolicy = RetryPolicy()
  ) {
    self.region = region
    self.endpoint = endpoint ?? ServiceEndpoint(service: "smartag", region: region)
    source = RenewedCredentials(credentials)
    service = RPCService(endpoint: self.endpoint, retry: retry)
  }

  /// Returns the current credentials, obtaining them if necessary.
  ///
  /// - Throws: `CloudAPIError.credentials` if no source has any.
  public func credentials() async throws(CloudAPIError) -> Credentials {
    do throws(CredentialError) {
      return try await source.current()
    } catch {
      throw .credentials(error)
    }
  }

  /// Returns a page of the region's flow logs (DescribeFlowLogs).
  ///
  /// - Parameters:
  ///   - flowLogID: restricts the result to one flow log.
  ///   - page: from 1.
  ///   - pageSize: flow logs per page; the service may return fewer.
  /// - Throws: `CloudAPIError`.
  public func describeFlowLogs(
    flowLogID: String? = nil, page: Int = 1, pageSize: Int = 50
  ) async throws(CloudAPIError) -> FlowLogPage {
    var parameters = ["RegionId": region, "PageNumber": String(page), "PageSize": String(pageSize)]
    parameters["FlowLogId"] = flowLogID
    return try await call(
      RPCRequest(action: "DescribeFlowLogs", version: Self.version, parameters: parameters), as: FlowLogPage.self)
  }

  /// Returns all flow logs of the region.
  ///
  /// - Throws: `CloudAPIError`.
  public func flowLogs() async throws(CloudAPIError) -> [FlowLog] {
    try await Self.all(by: \.id) { page async throws(CloudAPIError) in
      let answer = try await self.describeFlowLogs(page: page)
      return (answer.flowLogs, answer.totalCount)
    }
  }

  /// Returns a flow log; nil if the region has none with this id.
  ///
  /// - Throws: `CloudAPIError`.
  public func flowLog(_ id: String) async throws(CloudAPIError) -> FlowLog? {
    do throws(CloudAPIError) {
      return try await describeFlowLogs(flowLogID: id).flowLogs.first { $0.id == id }
    } catch .api(let error) where error.code == .invalidFlowLogIDNotFound {
      return nil
    }
  }

  /// Returns the elements of all pages, without duplicates.
  ///
  /// - Parameter read: returns the elements of a page, counted from 1, and the total number.
  static func all<Element: Sendable>(
    by id: (Element) -> String, _ read: @Sendable (Int) async throws(CloudAPIError) -> (elements: [Element], total: Int)
  ) async throws(CloudAPIError) -> [Element] {
    var found: [Element] = []
    var seen: Set<String> = []
    var received = 0
    var page = 1
    while true {
      let answer = try await read(page)
      // Elements may shift between pages while the list is read.
      found += answer.elements.filter { seen.insert(id($0)).inserted }
      received += answer.elements.count
      if answer.elements.isEmpty || received >= answer.total { return found }
      page += 1
    }
  }

  /// Calls an operation and decodes its response.
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

  /// Describes where and why a response could not be decoded.
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
