import Files
import FlowQuery
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NetFlow
import NetworkBytes

/// What is answered, path by path.
struct CollectorAPI: Sendable {
  let routes: [APIRoute]

  /// - Parameter now: milliseconds since 1970 UTC.
  init(
    _ source: HTTPServer.Source, _ supply: FlowSupply, _ queue: QuestionQueue,
    now: @escaping @Sendable () -> UnixMilliseconds = { Int64(Date().timeIntervalSince1970 * 1000) }
  ) {
    routes = Self.operation(source) + Self.lists(source) + Self.questions(supply, queue, now)
  }

  /// The route of a path; nil if there is none.
  func route(_ path: Substring) -> APIRoute? { routes.first { $0.path == path } }

  // MARK: For monitoring

  private static func operation(_ source: HTTPServer.Source) -> [APIRoute] {
    let cache = AnswerCache()
    return [
      APIRoute(path: "/healthz", access: .open) { _, _ in health(source.stalled()) },
      APIRoute(path: "/readyz", access: .open) { _, _ in health(source.notReady()) },
      APIRoute(path: "/metrics") { _, _ in
        HTTPAnswer(
          type: MetricsText.contentType, cache.answer("metrics") { ByteBuffer(string: source.metrics()) })
      },
    ]
  }

  /// `ok`, or 503 and what is wrong.
  private static func health(_ problems: [String]) -> HTTPAnswer {
    let text = problems.isEmpty ? "ok\n" : problems.map { "\($0)\n" }.joined()
    return HTTPAnswer(problems.isEmpty ? .ok : .serviceUnavailable, type: HTTPAnswer.text, ByteBuffer(string: text))
  }

  // MARK: What workers have published

  private static func lists(_ source: HTTPServer.Source) -> [APIRoute] {
    let cache = AnswerCache()
    let fields = ByteBuffer(bytes: FieldList.json)
    @Sendable func list(_ name: String, _ make: () throws -> Data) throws(APIError) -> HTTPAnswer {
      do {
        return HTTPAnswer(type: HTTPAnswer.json, try cache.answer(name) { ByteBuffer(bytes: try make()) })
      } catch {
        throw APIError(503, "\(name): \(error.systemReason)")
      }
    }
    return [
      APIRoute(path: "/api/v1/status", parameters: []) { _, _ throws(APIError) in try list("status", source.status) },
      APIRoute(path: "/api/v1/exporters", parameters: []) { _, _ throws(APIError) in
        try list("exporters", source.exporters)
      },
      APIRoute(path: "/api/v1/templates", parameters: []) { _, _ throws(APIError) in
        try list("templates") { Data(TemplateList.json(source.sessions())) }
      },
      APIRoute(path: "/api/v1/fields", parameters: []) { _, _ in HTTPAnswer(type: HTTPAnswer.json, fields) },
      APIRoute(path: "/api/v1/openapi.json", access: .open, parameters: []) { _, _ in
        HTTPAnswer(type: HTTPAnswer.json, ByteBuffer(bytes: source.description))
      },
    ]
  }

  // MARK: Questions to the store

  private static func questions(
    _ supply: FlowSupply, _ queue: QuestionQueue, _ now: @escaping @Sendable () -> UnixMilliseconds
  ) -> [APIRoute] {
    /// - Parameter parse: what makes the answer.
    func route(
      _ path: String, _ parameters: [String], repeatable: [String] = [], csv: String? = nil,
      _ parse:
        @escaping @Sendable (QueryParameters, UnixMilliseconds) throws(APIError) -> (
          @Sendable (@escaping @Sendable () -> Bool) throws -> ByteBuffer
        )
    ) -> APIRoute {
      let path = "/api/v1/\(path)"
      return APIRoute(path: path, parameters: parameters, repeatable: repeatable) {
        parameters, client async throws(APIError) in
        let work = try parse(parameters, now())
        let body: ByteBuffer
        do {
          body = try await queue.answer("\(path)?\(parameters.canonical)", for: client) { isCancelled in
            try work(isCancelled)
          }
        } catch {
          throw APIError(asking: error)
        }
        return csv.map { .csv(body, name: $0) } ?? HTTPAnswer(type: HTTPAnswer.json, body)
      }
    }
    return [
      route("top", TopQuestion.parameters, repeatable: ["by"]) { parameters, now throws(APIError) in
        let question = try TopQuestion(parameters, now: now)
        return { try question.json(supply, $0) }
      },
      route("top.csv", TopQuestion.csvParameters, csv: "sagflow-top.csv") { parameters, now throws(APIError) in
        let question = try TopQuestion(parameters, now: now)
        return { try question.csv(supply, $0) }
      },
      route("series", SeriesQuestion.parameters) { parameters, now throws(APIError) in
        let question = try SeriesQuestion(parameters, now: now)
        return { try question.json(supply, $0) }
      },
      route("series.csv", SeriesQuestion.parameters, csv: "sagflow-series.csv") { parameters, now throws(APIError) in
        let question = try SeriesQuestion(parameters, now: now)
        return { try question.csv(supply, $0) }
      },
      route("flows", FlowsQuestion.parameters) { parameters, now throws(APIError) in
        let question = try FlowsQuestion(parameters, now: now)
        return { try question.json(supply, $0) }
      },
      route("flows.csv", FlowsQuestion.parameters, csv: "sagflow-flows.csv") { parameters, now throws(APIError) in
        let question = try FlowsQuestion(parameters, now: now)
        return { try question.csv(supply, $0) }
      },
    ]
  }
}

extension APIError {
  /// What a question to the store failed with.
  init(asking error: any Error) {
    switch error {
    case let error as APIError: self = error
    case QueryError.tooManyGroups(Scan.maximumBins):
      self = .parameter("bin", "gives too many bins; take longer ones, a shorter window, or auto")
    case QueryError.tooManyGroups: self = .parameter("by", "\(error)")
    case QueryError.cancelled, is CancellationError: self.init(503, "the question was cancelled")
    default: self.init(503, "\(error)")
    }
  }
}
