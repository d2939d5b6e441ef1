import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension GatewayStub {
  static let settings = [
    "Name", "Description", "ActiveAging", "InactiveAging", "OutputType", "SlsRegionId", "ProjectName", "LogstoreName",
    "NetflowServerIp", "NetflowServerPort", "NetflowVersion",
  ]
  private static let numbers: Set = ["ActiveAging", "InactiveAging", "TotalSagNum"]

  func describe(_ parameters: [String: String]) -> Response {
    guard parameters["RegionId"]?.isEmpty == false else { return Self.error("IllegalParam.RegionId", 400) }
    let (logs, portsAreNumbers, gateways) = state.withLock { ($0.logs, $0.portsAreNumbers, $0.gateways) }
    let found = logs.filter { log in parameters["FlowLogId"].map { $0 == log.id } ?? true }
    let size = max(1, min(50, Int(parameters["PageSize"] ?? "") ?? 10))
    let page = max(1, Int(parameters["PageNumber"] ?? "") ?? 1)
    let elements = found.dropFirst((page - 1) * size).prefix(size).map { log in
      var element: [String: any Sendable] = ["FlowLogId": log.id]
      for (name, value) in log.fields where !value.isEmpty {
        let isNumber = Self.numbers.contains(name) || (portsAreNumbers && name == "NetflowServerPort")
        element[name] = isNumber ? Int(value) ?? 0 : value
      }
      let bound = gateways.count { $0.flowLog == log.id }
      if bound > 0 || log.fields["TotalSagNum"] == nil { element["TotalSagNum"] = bound }
      return element
    }
    var answer: [String: any Sendable] = [
      "RequestId": "R-DESCRIBE", "TotalCount": found.count, "PageNumber": page, "PageSize": size,
    ]
    // The key of an empty list is omitted.
    if !elements.isEmpty { answer["FlowLogs"] = ["FlowLogSetType": elements] }
    return Self.json(200, answer)
  }

  func modify(_ parameters: [String: String], ignoring ignored: String?) -> Response {
    guard parameters["RegionId"]?.isEmpty == false else { return Self.error("IllegalParam.RegionId", 400) }
    guard let id = parameters["FlowLogId"], !id.isEmpty else { return Self.error("MissingParam.FlowLogId", 400) }
    if let code = Self.complaint(parameters) { return Self.error(code, 400) }
    let isKnown = state.withLock { state in
      guard let index = state.logs.firstIndex(where: { $0.id == id }) else { return false }
      for name in Self.settings where name != ignored {
        if let value = parameters[name] { state.logs[index].fields[name] = value }
      }
      return true
    }
    return isKnown ? Self.json(200, ["RequestId": "R-MODIFY"]) : Self.error("InvalidFlowLogId.NotFound", 400)
  }

  /// Returns the code with which the service refuses a call; nil if it accepts.
  static func complaint(_ parameters: [String: String]) -> String? {
    func isMissing(_ name: String) -> Bool { parameters[name]?.isEmpty ?? true }
    func isWithin(_ name: String, _ range: ClosedRange<Int>) -> Bool {
      parameters[name].map { Int($0).map(range.contains) ?? false } ?? true
    }
    let type = parameters["OutputType"] ?? ""
    if !["sls", "netflow", "all"].contains(type) { return "IllegalParam.OutputType" }
    if !isWithin("ActiveAging", 60...6000) { return "IllegalParam.ActiveAging" }
    if !isWithin("InactiveAging", 10...600) { return "IllegalParam.InactiveAging" }
    if type != "sls" {
      for name in ["NetflowServerIp", "NetflowServerPort", "NetflowVersion"] where isMissing(name) {
        return "MissingParam.\(name)"
      }
      if !isWithin("NetflowServerPort", 1...65_535) { return "IllegalParam.NetflowServerPort" }
      if !["V5", "V9", "V10"].contains(parameters["NetflowVersion"]) { return "IllegalParam.NetflowVersion" }
    }
    if type != "netflow" {
      for name in ["SlsRegionId", "ProjectName", "LogstoreName"] where isMissing(name) { return "MissingParam.\(name)" }
    }
    return nil
  }

  // MARK: Responses

  static func error(_ code: String, _ status: Int, _ headers: [String: String] = [:]) -> Response {
    json(
      status,
      [
        "RequestId": "R-\(code)", "HostId": "smartag.test", "Code": code, "Message": "The stub answers \(code).",
        "Recommend": "https://error-center.test/\(code)",
      ], headers)
  }

  static func json(_ status: Int, _ object: [String: any Sendable], _ headers: [String: String] = [:]) -> Response {
    let data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
    var response = response(status, String(decoding: data, as: UTF8.self), "application/json;charset=utf-8")
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { response.headers[name] = value }
    }
    return response
  }

  static func response(_ status: Int, _ body: String, _ type: String) -> Response {
    Response(
      status: .init(code: status), headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: body))
    )
  }

  private struct Cut: Error {}

  /// A response that announces more than it sends.
  static var cutOff: Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(contentLength: 1000) { writer in
        try await writer.write(ByteBuffer(string: "{\"RequestId\":"))
        throw Cut()
      })
  }
}
