import AsyncHTTPClient
import FlowModel
import Foundation
import NIOCore
import NIOHTTP1
package import Shipping
import Synchronization

/// A set of equivalent servers: requests go to the last one that responded, and after a failure to the next.
///
/// The servers of one output are a single server or the replicas of one shard, because deduplication tokens are known
/// only there.
package final class ClickHouseServers: Sendable {
  private let urls: [String]
  private let account: ServerAccount
  private let timeout: Duration
  /// Index of the last one that responded.
  private let preferred = Mutex(0)
  /// Optional settings that each server supports, by address, for servers that took the last insert.
  private let settings = Mutex<[String: Set<String>]>([:])

  package init(_ options: ClickHouseOptions, environment: [String: String]) {
    urls = options.urls
    account = ServerAccount(user: options.user, passwordFile: options.passwordFile, environment: environment)
    timeout = .seconds(options.timeout)
  }

  /// Timeout of a query, and of the check why a file was rejected.
  private static let questionTime = Duration.seconds(30)
  /// Maximum octets of a response; a longer one does not come from ClickHouse.
  private static let longestAnswer = 8 << 20
  /// Maximum octets of an error.
  private static let longestError = 16 << 10

  /// Sends a file as the body.
  ///
  /// - Throws: `CancellationError` or `ShippingFailure`.
  package func send(_ file: CommittedFile, _ request: ServerRequest) async throws {
    let body = HTTPClientRequest.Body.stream(
      FileBody(file.path, 0..<file.octets), length: .known(Int64(clamping: file.octets)))
    try await onAny { url in
      do {
        try await self.insert(request, body, at: url, within: self.timeout)
      } catch let broken as BrokenConnection {
        // A server that rejects the credentials may close the connection while the body is being written, and its
        // response is lost.
        do { _ = try await self.ask("SELECT version()", at: url) } catch let refusal as ShippingFailure {
          throw refusal.remedy == .wait ? refusal : broken.failure
        }
        throw broken.failure
      }
    }
  }

  /// Sends an insert without rows.
  ///
  /// - Throws: as `send`.
  package func tryInsert(_ request: ServerRequest) async throws {
    try await onAny { url in try await self.insert(request, nil, at: url, within: Self.questionTime) }
  }

  private func insert(
    _ request: ServerRequest, _ body: HTTPClientRequest.Body?, at url: String, within time: Duration
  ) async throws {
    let request = request.adding(try await knownSettings(at: url))
    do {
      _ = try await exchange(request, body, at: url, within: time)
    } catch {
      // The server may have been upgraded.
      settings.withLock { $0[url] = nil }
      throw error
    }
  }

  private func knownSettings(at url: String) async throws -> Set<String> {
    if let known = settings.withLock({ $0[url] }) { return known }
    do {
      let table = try await ask(ServerRequest.optionalSettingsQuestion, at: url)
      let known = Set(table.rows.compactMap(\.first))
      settings.withLock { $0[url] = known }
      return known
    } catch let failure as ShippingFailure where failure.remedy == .wait {
      // An account with only INSERT rights still gets a response to the insert.
      return []
    }
  }

  /// Returns the result of a query.
  ///
  /// - Throws: as `send`.
  package func ask(_ query: String) async throws -> ServerTable {
    try await onAny { try await self.ask(query, at: $0) }
  }

  private func ask(_ query: String, at url: String) async throws -> ServerTable {
    let body = try await exchange(.query, .bytes(Array(query.utf8)), at: url, within: Self.questionTime)
    guard let table = ServerTable(body) else {
      throw ShippingFailure(.wait, "\(Self.place(url)): not an answer of ClickHouse; check the URL")
    }
    return table
  }

  /// Tries one server after the other until one responds. An error in the file itself would be the same on all.
  private func onAny<Answer>(_ ask: (_ url: String) async throws -> Answer) async throws -> Answer {
    let first = preferred.withLock { $0 }
    var failures: [ShippingFailure] = []
    for offset in urls.indices {
      let number = (first + offset) % urls.count
      do {
        let answer = try await ask(urls[number])
        preferred.withLock { $0 = number }
        return answer
      } catch let broken as BrokenConnection {
        failures.append(broken.failure)
      } catch let failure as ShippingFailure where failure.remedy != .setAside {
        failures.append(failure)
      }
    }
    // The next request begins with another server.
    preferred.withLock { if $0 == first, !urls.isEmpty { $0 = (first + 1) % urls.count } }
    guard !failures.isEmpty else { throw ShippingFailure(.wait, "no URL of a ClickHouse server; set urls") }
    let remedy: ShippingFailure.Remedy = failures.contains { $0.remedy == .retry } ? .retry : .wait
    throw ShippingFailure(
      remedy, failures.map(\.reason).joined(separator: "; "),
      // Independent of the order of the servers.
      kind: failures.map(\.kind).sorted().joined(separator: "; "))
  }

  // MARK: One request to one server

  private func exchange(
    _ request: ServerRequest, _ body: HTTPClientRequest.Body?, at url: String, within time: Duration
  ) async throws -> ByteBuffer {
    let place = Self.place(url)
    var outgoing = HTTPClientRequest(url: request.url(at: url))
    outgoing.method = .POST
    outgoing.headers = try account.headers()
    outgoing.headers.add(name: "Content-Type", value: request.contentType)
    outgoing.body = body
    let deadline = NIODeadline.now() + TimeAmount(time)
    do {
      let answer = try await ShippingClient.shared.execute(outgoing, deadline: deadline)
      return try await Self.read(answer, until: deadline, at: place)
    } catch {
      try Task.checkCancellation()
      throw ConnectionProblem.error(error, at: place)
    }
  }

  private static func read(
    _ answer: HTTPClientResponse, until deadline: NIODeadline, at place: String
  ) async throws -> ByteBuffer {
    let header = answer.headers.first(name: "X-ClickHouse-Exception-Code")
    let isSuccess = answer.status.code / 100 == 2 && header == nil
    let body = try await collect(answer.body, isSuccess ? longestAnswer : longestError, until: deadline)
    let text = String(decoding: body.readableBytesView.prefix(longestError), as: UTF8.self)
    // Some respond 200 to anything; and a status sent before an error occurred is meaningless.
    let isError = !isSuccess || text.hasPrefix("Code: ") || text.contains("__exception__")
    if isError {
      throw ServerRefusal(httpStatus: Int(answer.status.code), codeHeader: header, body: text).failure(at: place)
    }
    guard answer.headers.contains(where: { $0.name.lowercased().hasPrefix("x-clickhouse-") }) else {
      throw ShippingFailure(.wait, "\(place): not a ClickHouse server; check the URL")
    }
    return body
  }

  /// Collects a body until it ends, reaches a size, or the deadline passes.
  private static func collect(
    _ body: HTTPClientResponse.Body, _ longest: Int, until deadline: NIODeadline
  ) async throws -> ByteBuffer {
    try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
      group.addTask {
        var all = ByteBuffer()
        for try await piece in body {
          all.writeImmutableBuffer(piece)
          if all.readableBytes >= longest { break }
        }
        return all
      }
      group.addTask {
        try await Task.sleep(for: .nanoseconds(max(0, (deadline - .now()).nanoseconds)))
        throw HTTPClientError.deadlineExceeded
      }
      defer { group.cancelAll() }
      return try await group.next() ?? ByteBuffer()
    }
  }

  /// Scheme, host and port, without anything secret.
  package static func place(_ url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count > 2 else { return url }
    let host = parts[2].prefix { $0 != "?" && $0 != "#" }
    return "\(parts[0])//\(host.split(separator: "@").last ?? host)"
  }
}
