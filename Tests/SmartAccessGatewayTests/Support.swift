import CloudAPI
import Foundation
import GatewayStub
import TestSupport

import SmartAccessGateway

enum Samples {
  /// Folder of this module's tests.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

  static let credentials = Credentials(
    accessKeyID: GatewayStub.accessKeyID, accessKeySecret: GatewayStub.accessKeySecret, source: "the test")

  /// Complete settings of a flow log.
  static var settings: FlowLogSettings {
    var settings = FlowLogSettings()
    settings.name = "branch"
    settings.activeAging = 300
    settings.inactiveAging = 15
    settings.outputType = .netflow
    settings.netflowServerIP = "10.0.0.1"
    settings.netflowServerPort = 9995
    settings.netflowVersion = .v9
    return settings
  }
}

extension GatewayStub {
  /// Returns a client of this service with short pauses between attempts.
  func client(_ credentials: any CredentialSource = Samples.credentials) throws -> SmartAccessGatewayClient {
    var retry = RetryPolicy()
    retry.firstPause = .milliseconds(1)
    return SmartAccessGatewayClient(
      region: "cn-shanghai", endpoint: try ServiceEndpoint(endpoint), credentials: credentials, retry: retry)
  }
}

/// Returns the error thrown by a call, or nil.
func failure(of call: () async throws(CloudAPIError) -> Void) async -> CloudAPIError? {
  do throws(CloudAPIError) {
    try await call()
    return nil
  } catch {
    return error
  }
}

extension CloudAPIError {
  var api: APIError? { if case .api(let error) = self { error } else { nil } }
}

extension SeededGenerator {
  /// Returns text of arbitrary scalars, with a preference for those that need encoding.
  mutating func text(_ maximum: Int) -> String {
    let odd: [Unicode.Scalar] = [
      " ", "*", "+", "/", "~", "%", "&", "=", "?", "#", "'", "\n", "\u{0}", "流", "é", "\u{1f600}",
    ]
    let scalars = (0..<below(maximum + 1)).map { _ in
      below(2) == 0 ? odd[below(odd.count)] : Unicode.Scalar(UInt8(32 + below(95)))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// Returns parameters with distinct names.
  mutating func parameters() -> [String: String] {
    var parameters: [String: String] = [:]
    for index in 0..<below(12) { parameters["P\(index)" + text(4)] = text(40) }
    return parameters
  }
}
