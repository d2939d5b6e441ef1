public import CloudAPI

extension SmartAccessGatewayClient {
  /// One page of the gateways that are bound to a flow log: DescribeFlowLogSags.
  ///
  /// - Parameters:
  ///   - page: from 1.
  ///   - pageSize: gateways of a page, 50 at most; the service may give fewer.
  /// - Throws: `CloudAPIError`.
  public func describeFlowLogSags(
    flowLogID: String, page: Int = 1, pageSize: Int = 50
  ) async throws(CloudAPIError) -> GatewayPage {
    try await call(
      RPCRequest(
        action: "DescribeFlowLogSags", version: Self.version,
        parameters: [
          "RegionId": region, "FlowLogId": flowLogID, "PageNumber": String(page), "PageSize": String(pageSize),
        ]), as: GatewayPage.self)
  }

  /// All gateways that are bound to a flow log, page after page.
  ///
  /// - Throws: `CloudAPIError`.
  public func gateways(of flowLogID: String) async throws(CloudAPIError) -> [Gateway] {
    try await Self.all(by: \.id) { page async throws(CloudAPIError) in
      let answer = try await self.describeFlowLogSags(flowLogID: flowLogID, page: page)
      return (answer.gateways, answer.totalCount)
    }
  }

  /// The gateways of the region that are bound to no flow log: DescribeUnbindFlowLogSags, which has no pages.
  ///
  /// - Throws: `CloudAPIError`.
  public func unboundGateways() async throws(CloudAPIError) -> [Gateway] {
    try await call(
      RPCRequest(action: "DescribeUnbindFlowLogSags", version: Self.version, parameters: ["RegionId": region]),
      as: GatewayPage.self
    ).gateways
  }
}
