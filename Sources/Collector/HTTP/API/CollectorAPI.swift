import Files
import FlowQuery
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NetFlow
import NetworkBytes

/// The routes of the API.
struct CollectorAPI: Sendable {
  let routes: [APIRoute]

  /// - Parameter now: milliseconds since 1970 UTC.
  init(
    _ source: HTTPServer.Source, _ supply: FlowSupply, _ queue: QuestionQueue,
    now: @escaping @Sendable () -> UnixMilliseconds = { WorkerLoop.now }
  ) {
    routes = Self.operation(source) + Self.lists(source) + [Self.names(source)] + Self.questions(supply, queue, now)
  }

  /// Returns the route of a path; nil if there is none.
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

  /// Returns `ok`, or 503 with the problems.
  private static func health(_ problems: [String]) -> HTTPAnswer {
    let text = problems.isEmpty ? "ok\n" : problems.map { "\($0)\n" }.joined()
    return HTTPAnswer(problems.isEmpty ? .ok : .serviceUnavailable, type: HTTPAnswer.text, ByteBuffer(string: text))
  }

  // MARK: State published by workers

  private static func lists(_ source: HTTPServer.Source) -> [APIRoute] {
    let cache = AnswerCache()
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
        try list("templates") { Data(TemplateList.json(source.sessions(), source.templates)) }
      },
      APIRoute(path: "/api/v1/fields", parameters: []) { _, _ throws(APIError) in
        let answersNames = source.names() != nil
        return try list("fields \(answersNames)") { Data(FieldList.json(answersNames: answersNames)) }
      },
      APIRoute(path: "/api/v1/openapi.json", access: .open, parameters: []) { _, _ in
        HTTPAnswer(type: HTTPAnswer.json, ByteBuffer(bytes: source.description))
      },
    ]
  }

  // MARK: Host names

  private static func names(_ source: HTTPServer.Source) -> APIRoute {
    // A separate queue, so that store queries do not wait for a resolver. One thread, as `ReverseNames` requires.
    var limits = QuestionQueue.Limits()
    limits.threads = 1
    let queue = QuestionQueue(limits)
    return APIRoute(path: "/api/v1/names", parameters: NamesQuestion.parameters) {
      parameters, client async throws(APIError) in
      guard let names = source.names() else {
        throw APIError(404, "host names are not resolved here; set http.resolve: true")
      }
      let question = try NamesQuestion(parameters)
      do {
        let body = try await queue.answer(parameters.canonical, for: client) { _ in question.json(names) }
        return HTTPAnswer(type: HTTPAnswer.json, body)
      } catch {
        throw APIError(asking: error)
      }
    }
  }

  // MARK: Store queries

  private static func questions(
    _ supply: FlowSupply, _ queue: QuestionQueue, _ now: @escaping @Sendable () -> UnixMilliseconds
  ) -> [APIRoute] {
    func route<Question: APIQuestion>(
      _ path: String, _: Question.Type, _ parameters: [String] = Question.parameters, repeatable: [String] = [],
      csv: String? = nil
    ) -> APIRoute {
      let path = "/api/v1/\(path)"
      return APIRoute(path: path, parameters: parameters, repeatable: repeatable) {
        parameters, client async throws(APIError) in
        let question = try Question(parameters, now: now())
        let body: ByteBuffer
        do {
          body = try await queue.answer("\(path)?\(parameters.canonical)", for: client) { isCancelled in
            csv == nil ? try question.json(supply, isCancelled) : try question.csv(supply, isCancelled)
          }
        } catch {
          throw APIError(asking: error)
        }
        return csv.map { .csv(body, name: $0) } ?? HTTPAnswer(type: HTTPAnswer.json, body)
      }
    }
    return [
      route("top", TopQuestion.self, repeatable: ["by"]),
      route("top.csv", TopQuestion.self, TopQuestion.csvParameters, csv: "sagflow-top.csv"),
      route("series", SeriesQuestion.self),
      route("series.csv", SeriesQuestion.self, csv: "sagflow-series.csv"),
      route("flows", FlowsQuestion.self),
      route("flows.csv", FlowsQuestion.self, csv: "sagflow-flows.csv"),
    ]
  }
}

/// A store query that the API answers in two formats.
protocol APIQuestion: Sendable {
  /// Names of its parameters.
  static var parameters: [String] { get }

  /// - Parameter now: milliseconds since 1970 UTC.
  init(_ parameters: QueryParameters, now: UnixMilliseconds) throws(APIError)

  func json(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer
  func csv(_ supply: FlowSupply, _ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer
}

extension APIError {
  /// Describes why a store query failed.
  init(asking error: any Error) {
    switch error {
    case let error as APIError: self = error
    case QueryError.tooManyGroups(Scan.maximumBins):
      self = .parameter("bin", "gives too many bins; use longer ones, a shorter window, or auto")
    case QueryError.tooManyGroups: self = .parameter("by", "\(error)")
    case QueryError.cancelled, is CancellationError: self.init(503, "the query was cancelled")
    default: self.init(503, "\(error)")
    }
  }
}
