public import CloudAPI
import NetworkBytes

extension FlowLogSettings {
  /// Ranges from the console and from CreateFlowLog; the documentation of ModifyFlowLogAttribute has none.
  public static let activeAgingRange = 60...6000
  public static let inactiveAgingRange = 10...600

  /// Returns everything that the service would refuse.
  ///
  /// - Parameter ignoresRanges: whether to allow any positive aging time.
  public func problems(ignoresRanges: Bool = false) -> [ParameterError] {
    var problems: [ParameterError] = []
    func expect(_ condition: Bool, _ field: FlowLogField, _ expected: String) {
      if !condition { problems.append(ParameterError(.field(field), value: self[field] ?? "", expected: expected)) }
    }
    for (field, value, range) in [
      (FlowLogField.activeAging, activeAging, Self.activeAgingRange),
      (.inactiveAging, inactiveAging, Self.inactiveAgingRange),
    ] {
      guard let value else { continue }
      let allowed = ignoresRanges ? 1...Int(Int32.max) : range
      expect(
        allowed.contains(value), field, "whole seconds from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    guard let outputType else {
      expect(false, .outputType, "netflow, all or sls")
      return problems
    }
    if outputType.includesCollector {
      expect(
        netflowServerIP.map(CollectorTarget.isAddress) ?? false, .netflowServerIP,
        "the collector's IPv4 address that the gateways reach (unicast, not 0.0.0.0, not loopback; no name)")
      expect((1...65_535).contains(netflowServerPort ?? 0), .netflowServerPort, "a port from 1 to 65535")
      expect(netflowVersion != nil, .netflowVersion, "V5, V9 or V10 (IPFIX)")
    }
    if outputType.includesLogService {
      for field in FlowLogField.logService {
        let name = self[field] ?? ""
        expect(!name.isEmpty, field, "a name, which OutputType \(outputType.rawValue) requires")
      }
    }
    return problems
  }

  /// Settings that the service accepts but that are probably mistakes.
  public var warnings: [String] {
    guard outputType?.includesCollector ?? false, let text = netflowServerIP, let address = IPAddress(text) else {
      return []
    }
    if address.isLinkLocal {
      return ["NetflowServerIp \(text) is link-local: gateways reach it on their own link only"]
    }
    if !address.isPrivateV4 {
      return ["NetflowServerIp \(text) is a public address: flow records would cross the Internet unencrypted"]
    }
    return []
  }
}

/// Checks of identifiers.
public enum FlowLogNames {
  /// - Throws: `ParameterError` if the text cannot be a region id, such as `cn-shanghai`.
  public static func checkRegion(_ text: String) throws(ParameterError) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isRegion =
      parts.count >= 2
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          }
      }
    guard isRegion, text.utf8.count <= 63 else {
      throw ParameterError(.regionID, value: text, expected: "a region such as cn-shanghai")
    }
  }

  /// - Throws: `ParameterError` if the text cannot be a flow log id.
  public static func checkFlowLogID(_ text: String) throws(ParameterError) {
    try check(text, .flowLogID, of: "a flow log's id such as fl-0a1b2c3d4e5f6g7h8i", listedBy: "config flow-logs")
  }

  /// - Throws: `ParameterError` if the text cannot be a gateway id.
  public static func checkGatewayID(_ text: String) throws(ParameterError) {
    try check(text, .gatewayID, of: "a gateway's id such as sag-0a1b2c3d4e5f6g7h8i", listedBy: "config gateways")
  }

  private static func check(
    _ text: String, _ parameter: ParameterError.Parameter, of form: String, listedBy command: String
  ) throws(ParameterError) {
    if text.contains("*") {
      throw ParameterError(
        parameter, value: text,
        expected: "a whole id (this one is masked, as in examples); `sagflow \(command)` lists yours")
    }
    let isClean = text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    guard !text.isEmpty, text.utf8.count <= 128, isClean else {
      throw ParameterError(parameter, value: text, expected: form)
    }
  }
}
