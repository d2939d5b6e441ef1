/// A path of the API: its parameters and handler.
///
/// `openapi.json` in this folder documents it; a test compares both.
struct APIRoute: Sendable {
  /// Required authorization.
  enum Access: Sendable {
    /// None: the response contains nothing about the network.
    case open
    /// The token, if one is configured.
    case token
  }

  let path: String
  var access = Access.token
  /// Names of query parameters; nil to ignore them.
  var parameters: [String]?
  /// Parameters that may be repeated.
  var repeatable: [String] = []
  let answer: @Sendable (QueryParameters, ClientSignal) async throws(APIError) -> HTTPAnswer

  /// Common to all store queries.
  static let common = ["window", "filter", "scale", "committed", "whole", "zone"]
}
