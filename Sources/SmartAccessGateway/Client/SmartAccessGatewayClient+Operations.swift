public import CloudAPI

extension SmartAccessGatewayClient {
  /// Sends a call that changes something.
  ///
  /// - Throws: `CloudAPIError`; one that `isAmbiguous` may have changed it all the same.
  @discardableResult
  public func perform(_ operation: FlowLogOperation) async throws(CloudAPIError) -> OperationAnswer {
    try await call(
      operation.request(region: region), as: OperationAnswer.self, isIdempotent: operation.isIdempotent)
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
    try await perform(.modify(flowLog: flowLogID, settings)).requestID
  }

  /// Makes a flow log: CreateFlowLog. One that was made although its answer was lost is found by name and description, which
  /// no other should have.
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

  /// Brings about what an operation is for: one that is refused because an earlier call has done it, whose answer was lost,
  /// is done; while an earlier change is rolled out, it is tried again.
  ///
  /// - Parameters:
  ///   - tries: how often while a change is rolled out.
  ///   - pause: between two tries.
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
        // Cancelled, the next try ends at once.
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// Whether what an operation is for is so already. Nobody knows that of `create`.
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
  /// Whether it has the name and the description of these settings.
  func isCalled(as settings: FlowLogSettings) -> Bool {
    self[.name] == settings.name && (self[.description] ?? "") == (settings.description ?? "")
  }
}
