public import CloudAPI

extension SmartAccessGatewayClient {
  /// Sends a modifying call.
  ///
  /// - Throws: `CloudAPIError`; if it `isAmbiguous`, the operation may have been performed.
  @discardableResult
  public func perform(_ operation: FlowLogOperation) async throws(CloudAPIError) -> OperationAnswer {
    try await call(
      operation.request(region: region), as: OperationAnswer.self, isIdempotent: operation.isIdempotent)
  }

  /// Sets a flow log's attributes (ModifyFlowLogAttribute).
  ///
  /// - Parameter settings: the complete desired state: the effect of omitted parameters is not documented.
  /// - Returns: the RequestId.
  /// - Throws: `CloudAPIError`.
  @discardableResult
  public func modifyFlowLogAttribute(
    _ flowLogID: String, _ settings: FlowLogSettings
  ) async throws(CloudAPIError) -> String {
    try await perform(.modify(flowLog: flowLogID, settings)).requestID
  }

  /// Creates a flow log (CreateFlowLog). If the response is lost, the flow log is found by its name and description,
  /// which should be unique.
  ///
  /// - Returns: its id.
  /// - Throws: `CloudAPIError`.
  public func createFlowLog(_ settings: FlowLogSettings) async throws(CloudAPIError) -> String {
    do throws(CloudAPIError) {
      if let id = try await perform(.create(settings)).flowLogID { return id }
      throw .unreadable(action: "CreateFlowLog", reason: "it has no FlowLogId")
    } catch {
      guard error.isAmbiguous, let id = try? await flowLogs().first(where: { $0.isCalled(as: settings) })?.id else {
        throw error
      }
      return id
    }
  }

  /// Performs an operation unless its effect already exists: a call refused because an earlier one succeeded without a
  /// response counts as done. Retries while an earlier change is rolled out.
  ///
  /// - Parameters:
  ///   - tries: attempts while a change is rolled out.
  ///   - pause: time between attempts.
  /// - Throws: `CloudAPIError`.
  public func ensure(
    _ operation: FlowLogOperation, tries: Int = 10, pause: Duration = .seconds(2)
  ) async throws(CloudAPIError) {
    var left = tries
    while true {
      do throws(CloudAPIError) {
        try await perform(operation)
        return
      } catch {
        left -= 1
        guard case .api(let refusal) = error, !refusal.concernsIdentity else { throw error }
        if (try? await isDone(operation)) ?? false { return }
        guard refusal.code?.isRollout ?? false, left > 0 else { throw error }
        // After cancellation, the next attempt ends at once.
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// Returns whether the effect of an operation already exists; unknown, thus false, for `create`.
  ///
  /// - Throws: `CloudAPIError`.
  public func isDone(_ operation: FlowLogOperation) async throws(CloudAPIError) -> Bool {
    switch operation {
    case .create: return false
    case .modify(let id, let settings):
      return try await flowLog(id).map { settings.differences(from: $0).isEmpty } ?? false
    case .associate(let id, let gateway):
      return try await gateways(of: id).contains { $0.id == gateway }
    case .dissociate(let id, let gateway):
      do throws(CloudAPIError) {
        return try await !gateways(of: id).contains { $0.id == gateway }
      } catch .api(let error) where error.code == .invalidFlowLogIDNotFound {
        return true
      }
    case .activate(let id): return try await flowLog(id)?.isActive ?? false
    case .deactivate(let id): return try await !(flowLog(id)?.isActive ?? false)
    case .delete(let id): return try await flowLog(id) == nil
    }
  }
}

extension FlowLog {
  /// Returns whether it has the name and description of these settings.
  func isCalled(as settings: FlowLogSettings) -> Bool {
    self[.name] == settings.name && (self[.description] ?? "") == (settings.description ?? "")
  }
}
