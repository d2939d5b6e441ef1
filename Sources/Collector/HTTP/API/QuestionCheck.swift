package import NetworkBytes

/// Validates the parameters of the API's queries without running them.
package enum QuestionCheck {
  /// Queries by the last part of their path.
  private static let questions: [(name: String, repeatable: [String], question: any APIQuestion.Type)] = [
    ("top", ["by"], TopQuestion.self), ("series", [], SeriesQuestion.self), ("flows", [], FlowsQuestion.self),
  ]

  package static var names: [String] { questions.map(\.name) }

  /// - Parameters:
  ///   - query: the query string as sent.
  ///   - now: milliseconds since 1970 UTC.
  package static func read(_ name: String, _ query: Substring, now: UnixMilliseconds) throws(APIError) {
    guard let (_, repeatable, question) = questions.first(where: { $0.name == name }) else { return }
    _ = try question.init(QueryParameters(query, names: question.parameters, repeatable: repeatable), now: now)
  }
}
