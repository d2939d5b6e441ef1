public import CloudAPI

extension SmartAccessGatewayClient {
  /// Returns a page of the gateways bound to a flow log (DescribeFlowLogSags).
  ///
  /// - Parameters:
  ///   - page: from 1.
  ///   - pageSize: gateways per page, at most 50; the service may return fewer.
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

  /// Returns all gateways bound to a flow log.
  ///
  /// - Throws: `CloudAPIError`.
  public func gateways(of flowLogID: String) async throws(CloudAPIError) -> [Gateway] {
    try await Self.all(by: \.id) { page async throws(CloudAPIError) in
      let answer = try await self.describeFlowLogSags(flowLogID: flowLogID, page: page)
      return (answer.gateways, answer.totalCount)
    }
  }

  /// Returns the gateways of the region that are bound to no flow log (DescribeUnbindFlowLogSags, which has no pages).
  ///
  /// - Throws: `CloudAPIError`.
  public func unboundGateways() async throws(CloudAPIError) -> [Gateway] {
    try await call(
      RPCRequest(action: "DescribeUnbindFlowLogSags", version: Self.version, parameters: ["RegionId": region]),
      as: GatewayPage.self
    ).gateways
  }
}
