import HTTPTypes
import Hummingbird
import NIOCore

/// Responds to requests: checks access, then dispatches by path.
struct RequestResponder: HTTPResponder {
  /// The connection of a request.
  struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
      coreContext = .init(source: source)
      channel = source.channel
    }
  }

  let api: CollectorAPI
  let access: AccessRules
  let connections: ConnectionTable
  /// Returns a file of the page by its path; nil if there is none.
  let asset: @Sendable (_ path: String) -> StaticAsset?

  func respond(to request: Request, context: Context) async throws -> Response {
    let answer: HTTPAnswer
    do throws(APIError) {
      answer = try await self.answer(request.head, context.channel)
    } catch {
      answer = HTTPAnswer(error)
    }
    let response = answer.response
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: HTTPRequest, _ channel: any Channel) async throws(APIError) -> HTTPAnswer {
    let target = (request.path ?? "")[...]
    guard target.first == "/" else { throw APIError(400, "the path of the request does not begin with /") }
    let path = target.prefix { $0 != "?" }
    let route = api.route(path)
    if route.map({ $0.path != "/healthz" && $0.path != "/readyz" }) ?? true { try access.checkHost(request.authority) }
    guard request.method == .get || request.method == .head else {
      throw APIError(405, "\(request.method.rawValue.prefix(20)) is not supported here; use GET")
    }
    if request.headerFields[.transferEncoding] != nil || !["0", nil].contains(request.headerFields[.contentLength]) {
      throw APIError(413, "requests must not have a body")
    }
    guard let route else {
      if let asset = asset(String(path)) { return asset.answer(known: request.headerFields[.ifNoneMatch]) }
      throw APIError(404, "no such path: \(path.prefix(100)); see /api/v1/openapi.json")
    }
    if route.access == .token { try access.checkToken(request.headerFields[.authorization]) }
    let query = target.dropFirst(path.count + 1)
    let parameters = try route.parameters.map { names throws(APIError) in
      try QueryParameters(query, names: names, repeatable: route.repeatable)
    }
    return try await route.answer(parameters ?? QueryParameters(), connections.client(of: channel))
  }
}
