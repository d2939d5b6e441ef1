/// One path of the API: what it takes and what answers.
///
/// `openapi.json` beside this file describes the same to others; a test compares them.
struct APIRoute: Sendable {
  /// Who may ask.
  enum Access: Sendable {
    /// Whoever reaches the port: it says nothing of the network.
    case open
    /// Whoever has the token, if there is one.
    case token
  }

  let path: String
  var access = Access.token
  /// Names of query parameters; nil: they are not looked at.
  var parameters: [String]?
  /// Those that may be given more than once.
  var repeatable: [String] = []
  let answer: @Sendable (QueryParameters, ClientSignal) async throws(APIError) -> HTTPAnswer

  /// Of all questions to the store.
  static let common = ["window", "filter", "scale", "committed", "whole", "zone"]
}
