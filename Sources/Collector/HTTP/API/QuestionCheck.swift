package import NetworkBytes

/// Reads the parameters of the API's questions without putting them.
package enum QuestionCheck {
  /// Questions by the last parts of their paths.
  private static let questions: [(name: String, repeatable: [String], question: any APIQuestion.Type)] = [
    ("top", ["by"], TopQuestion.self), ("series", [], SeriesQuestion.self), ("flows", [], FlowsQuestion.self),
  ]

  package static var names: [String] { questions.map(\.name) }

  /// - Parameters:
  ///   - query: what is behind the question mark, as it was sent.
  ///   - now: milliseconds since 1970 UTC.
  package static func read(_ name: String, _ query: Substring, now: UnixMilliseconds) throws(APIError) {
    guard let (_, repeatable, question) = questions.first(where: { $0.name == name }) else { return }
    _ = try question.init(QueryParameters(query, names: question.parameters, repeatable: repeatable), now: now)
  }
}
